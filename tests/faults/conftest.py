"""A PostgreSQL cluster and a mail server that may fail."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.faults.cluster import BINARIES, Cluster
from tests.faults.servers import Server
from tests.faults.stage import Stage, set_stage
from tests.services.mail.smtp_server import ScriptedServer

MakeServer = Callable[..., Server]


def unable(why: str) -> None:
    """In CI nothing may be left out; elsewhere it is said."""
    if os.environ.get("CI"):
        pytest.fail(f"CI needs it: {why}")
    pytest.skip(f"{why}: this fault was not tried")


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[Cluster]:
    if not (BINARIES / "initdb").exists():
        unable(f"there is no {BINARIES}/initdb")
    made = Cluster()
    try:
        asyncio.run(made.make())
        yield made
    finally:
        with suppress(AssertionError):
            asyncio.run(made.stop("immediate"))
        made.remove()


@pytest.fixture
async def cluster(own_cluster: Cluster) -> AsyncIterator[Cluster]:
    """Running, and after the test running as before."""
    yield own_cluster
    with suppress(FileNotFoundError):
        own_cluster.thaw()
        await own_cluster.stop("immediate")
    await own_cluster.start()


@pytest.fixture
async def stage(own_cluster: Cluster) -> Stage:
    """People in a new database of the cluster."""
    return await set_stage(await own_cluster.database())


@pytest.fixture
async def mails() -> AsyncIterator[ScriptedServer]:
    made = ScriptedServer()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def server(stage: Stage, mails: ScriptedServer, tmp_path: Path) -> MakeServer:
    """Makes servers on the stage's database; they send to `mails`."""

    def make(workers: int = 1, **settings: Any) -> Server:
        given = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "FRONTEND_URL": "https://app.example.org"} | settings
        return Server(stage.url, tmp_path / "server.log", workers, given)

    return make
