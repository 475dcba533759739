"""The servers that are compared, and how each of them is started."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from uuid import UUID

from bench.peers.cores import SERVER, pinned
from bench.peers.data import KEY, Data
from bench.peers.question import POSTGRAPHILE, Question

HERE = Path(__file__).parent
NODE = HERE / "node_modules" / ".bin" / "node"
PATIENCE = 60.0
"""Seconds that a server may take to start."""


@dataclass(frozen=True)
class Server:
    """`{port}` in the command is the port to listen on."""

    name: str
    title: str
    command: tuple[str, ...]
    question: Question = Question()
    path: str = "/graphql"


@dataclass
class Running:
    server: Server
    process: subprocess.Popen[bytes]
    address: str
    environment: dict[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        return self.address + self.server.path


PYTHON = sys.executable
ROLLCALL = Server(
    "rollcall",
    "Rollcall, everything on",
    (PYTHON, "-m", "server.cli", "serve", "--port", "{port}"),
)
HAND_WRITTEN = Server(
    "hand-written",
    "hand-written limit: asyncpg, orjson, one route",
    (PYTHON, "-m", "bench.peers.hand_written", "{port}"),
)
NAIVE = Server("naive", "naive Strawberry + Tortoise", (PYTHON, "-m", "bench.peers.naive", "{port}"), path="/graphql/")
POSTGRAPHILE_5 = Server(
    "postgraphile",
    "PostGraphile 5, computed fields as plans",
    (str(NODE), str(HERE / "postgraphile.mjs"), "{port}"),
    Question(POSTGRAPHILE, UUID),
)
YOGA = Server("yoga", "graphql-yoga + graphql-jit + pg", (str(NODE), str(HERE / "yoga.mjs"), "{port}"))
SERVERS = (ROLLCALL, HAND_WRITTEN, NAIVE, POSTGRAPHILE_5, YOGA)


def install_node() -> str | None:
    """Installs what Node.js needs, pinned by its lock file; gives the reason where that is not possible."""
    if not (HERE / "node_modules" / "set-up").exists():
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        try:
            ran = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return "there is no npm"
        if ran.returncode:
            return f"npm ci failed: {(ran.stderr.strip().splitlines() or ['it did not say why'])[-1]}"
        (HERE / "node_modules" / "set-up").touch()
    try:
        subprocess.run([NODE, "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"the Node.js of the npm package `node` does not run: {error}"
    return None


@contextmanager
def running(
    server: Server, data: Data, *, extra: Sequence[str] = (), pinning: bool = True, **env: str
) -> Iterator[Running]:
    """Starts it on a free port, waits for an answer, and ends it at the end. Its output goes nowhere."""
    with socket() as probe, tempfile.TemporaryDirectory() as folder:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = _environment(data, folder) | env
        command = [part.replace("{port}", str(port)) for part in (*server.command, *extra)]
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=pinned(SERVER) if pinning else None,
        )
        try:
            started = Running(server, process, f"http://127.0.0.1:{port}", environment)
            _wait(started)
            yield started
        finally:
            process.terminate()
            process.wait(30)


def _environment(data: Data, folder: str) -> dict[str, str]:
    return os.environ | {
        "ROLLCALL_DATABASE_URL": data.url,
        "ROLLCALL_SECRET_KEY": KEY,
        "ROLLCALL_MAIL_FOLDER": folder,
        "BENCH_DATABASE_URL": data.url,
        "BENCH_PLATFORM": data.platform,
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }


def _wait(started: Running) -> None:
    until = time.monotonic() + PATIENCE
    while started.process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(started.url, timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{started.server.title} did not start: {' '.join(started.server.command)}")
