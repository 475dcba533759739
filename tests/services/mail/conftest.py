"""A database of either kind, a mail server, and a delivery between them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.database import opened
from models.user import User
from services.mail.delivery import Delivery
from services.mail.render import MailSite
from services.mail.transport import SmtpTransport
from services.vault import Vault
from tests.databases import Databases
from tests.services.mail.outbox_user import Clock, add_user
from tests.services.mail.smtp_server import ScriptedServer


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def database(engine: str, databases: Databases, tmp_path: Path, patient: None) -> AsyncIterator[str]:
    """The name of the engine of an empty, migrated database, which this process is connected to."""
    EXECUTOR_CACHE.clear()  # Tortoise 1.1.9 keeps statements by connection name, whatever its dialect
    async with opened(await databases.fresh(engine, tmp_path)):
        yield engine


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
