"""`rollcall serve`: the server, in one process or several."""

import asyncio
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from server.cli.failures import Failure


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many processes share the work.")] = 1,
) -> None:
    """Serve the API and deliver the mails of the outbox."""
    from server.cli.database import database_failures, require_migrated
    from server.settings import Settings, share_metrics

    settings = Settings.read()
    url = settings.database_url.get_secret_value()
    with database_failures(url):
        asyncio.run(require_migrated(settings))
    _require_free(host, port)
    page = "GraphiQL" if settings.graphiql else "GraphQL (GraphiQL is switched off)"
    typer.echo(f"{page}: http://{f'[{host}]' if ':' in host else host}:{port}/graphql")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))  # uvicorn ends by raising the signal once more
    with tempfile.TemporaryDirectory(prefix="rollcall-metrics-") as folder:
        share_metrics(Path(folder))
        if settings.metrics_port is not None:
            _show_metrics(host, settings.metrics_port)
        _run(host, port, workers)


def _require_free(host: str, port: int) -> None:
    """Raises Failure where nobody can listen there, before there is a word of success."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            says = f"Cannot listen on {host}, port {port}: {error.strerror}."
            raise Failure(f"{says} Choose others with --host and --port.") from error


def _show_metrics(host: str, port: int) -> None:
    """In a thread of this process, which outlives its workers."""
    from prometheus_client import start_http_server

    from server.metrics import shared_registry

    start_http_server(port, host, shared_registry())


def _run(host: str, port: int, workers: int) -> None:
    """Until a signal ends it. The application writes the logs, so uvicorn sets none up."""
    import uvicorn

    from server.shutdown import GRACE_SECONDS

    uvicorn.run(
        "server.app:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="server.connections:BoundedProtocol",
        ws="none",  # whatever libraries are installed
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        proxy_headers=False,
        server_header=False,
    )
