"""A database of either kind, a mail server, and a delivery between them."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.database import opened
from models.user import User
from services.mail.delivery import Delivery
from services.mail.render import MailSite
from services.mail.transport import SmtpTransport
from services.vault import Vault
from tests.services.mail.outbox_user import Clock, add_user
from tests.services.mail.smtp_server import ScriptedServer

POSTGRES = "postgres://postgres@127.0.0.1:5432"


def postgres_answers() -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", 5432)) == 0


ENGINES = ["sqlite", "postgres"] if postgres_answers() or "CI" in os.environ else ["sqlite"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=ENGINES)
async def database(request: pytest.FixtureRequest, anyio_backend: str, tmp_path: Path) -> AsyncIterator[str]:
    """An open database with every table in it; the value names its engine."""
    EXECUTOR_CACHE.clear()  # Tortoise 1.1.9 keeps statements by connection name, whatever its dialect
    if request.param == "sqlite":
        async with opened(f"sqlite://{tmp_path / 'mail.db'}") as context:
            await context.generate_schemas()
            yield "sqlite"
        return
    name = f"rollcall_mail_{secrets.token_hex(6)}"
    server = await asyncpg.connect(f"{POSTGRES}/postgres")
    await server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        async with opened(f"{POSTGRES}/{name}") as context:
            await context.generate_schemas()
            yield "postgres"
    finally:
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()


@pytest.fixture
async def user(database: str) -> User:
    return await add_user()


@pytest.fixture
def vault() -> Vault:
    return Vault(["a key of the tests"])


@pytest.fixture
def site() -> MailSite:
    return MailSite("https://app.example.com", "Rollcall <no-reply@example.com>")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(anyio_backend: str) -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def transport(server: ScriptedServer) -> SmtpTransport:
    return SmtpTransport(f"smtp://127.0.0.1:{server.port}")


@pytest.fixture
def delivery(transport: SmtpTransport, site: MailSite, vault: Vault, clock: Clock) -> Delivery:
    return Delivery(transport, site, vault, clock)


@pytest.fixture
def watched_log() -> Iterator[Callable[[str], asyncio.Event]]:
    """Gives an event that is set as soon as a line of that name is logged."""
    awaited: dict[str, asyncio.Event] = {}

    def watch(logger: Any, method: str, line: structlog.typing.EventDict) -> str:
        if line["event"] in awaited:
            awaited[line["event"]].set()
        raise structlog.DropEvent

    structlog.configure(processors=[watch])
    yield lambda event: awaited.setdefault(event, asyncio.Event())
    structlog.reset_defaults()
