"""F12 and F13: no connection, no room, no writing."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from tests.faults.cluster import Cluster
from tests.faults.conftest import MakeServer
from tests.faults.disks import fill, small_disk
from tests.faults.stage import USERS, VIEWER, Stage, check, set_stage, until
from tests.faults.waiting import WAITING

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TERMINATE_ALL_BUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> ALL($1::int[])
"""


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    made = await asyncpg.connect(url)
    try:
        yield made
    finally:
        made.terminate()


async def test_f12_who_gets_no_connection_is_told_soon_when_to_come_back(stage: Stage, server: MakeServer) -> None:
    async with server(DATABASE_CONNECTIONS="3") as rollcall, connection(stage.url) as other:
        caller = rollcall.caller(stage.token)
        assert (await caller(VIEWER)).status == 200
        await other.execute("BEGIN; LOCK TABLE users")
        asked = [asyncio.create_task(caller(USERS)) for _ in range(30)]
        await until(lambda: sum(request.done() for request in asked) >= 20, "twenty are told")
        assert await other.fetchval(WAITING) > 0, "those without a connection wait as long as those that have one"
        replies = await asyncio.gather(*asked)
        assert {reply.status for reply in replies} == {503}
        assert {reply.headers["Retry-After"] for reply in replies} == {"2"}
        await other.execute("ROLLBACK")
        answers = await asyncio.gather(*[caller(USERS) for _ in range(30)])
        assert {reply.status for reply in answers} == {200}
    await check(stage.url)


async def test_f13_a_database_that_takes_no_more_connections(
    cluster: Cluster, stage: Stage, server: MakeServer
) -> None:
    await cluster.stop()
    await cluster.start(max_connections="8", superuser_reserved_connections="0")
    async with server() as rollcall, AsyncExitStack() as hoard:
        caller = rollcall.caller(stage.token)
        others = [await hoard.enter_async_context(connection(stage.url))]
        while len(others) < 8:
            await others[0].execute(TERMINATE_ALL_BUT, [other.get_server_pid() for other in others])
            with suppress(asyncpg.TooManyConnectionsError):
                others.append(await hoard.enter_async_context(connection(stage.url)))
        assert len(others) == 8
        assert (await rollcall.readiness(503))["reason"] == "database"
        assert (await caller(VIEWER)).status == 503
    async with server() as rollcall:
        assert (await rollcall.caller(stage.token)(VIEWER)).status == 200
    await check(stage.url)


async def test_f13_a_database_that_may_only_be_read(own_cluster: Cluster, stage: Stage, server: MakeServer) -> None:
    name = stage.url.rpartition("/")[2]
    async with server() as rollcall:
        caller = rollcall.caller(stage.token)
        await own_cluster.administer(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await own_cluster.administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        assert (await rollcall.readiness(503))["reason"] == "database takes no changes"
        assert (await caller(USERS)).status == 200
        assert (await stage.add(caller, "ada@example.org")).status == 503
        await own_cluster.administer(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await own_cluster.administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        await rollcall.readiness(200)
        assert (await stage.add(caller, "ada@example.org")).status == 200
    await check(stage.url)


async def test_f13_a_database_whose_disk_is_full(cluster: Cluster, server: MakeServer, tmp_path: Path) -> None:
    async with small_disk(cluster.folder / "small", 20) as disk:
        space = f"small_{os.getpid()}"
        subprocess.run(["chown", "postgres", str(disk)], check=True)
        await cluster.administer(f"CREATE TABLESPACE {space} LOCATION '{disk}'")
        stage = await set_stage(await cluster.database(space))
        rollcall = server()
        rollcall.url = stage.url
        async with rollcall:
            caller = rollcall.caller(stage.token)
            filler = disk / "filler"
            fill(filler)
            statuses = [(await stage.add(caller, f"{'long' * 15}{number}@example.org")).status for number in range(150)]
            assert set(statuses) == {200, 503} or set(statuses) == {503}
            assert (await rollcall.readiness(503))["reason"] == "database takes no changes"
            assert (await caller(VIEWER)).status == 200
            filler.unlink()
            await rollcall.readiness(200)
            assert (await stage.add(caller, "ada@example.org")).status == 200
        await check(stage.url)
        await cluster.administer(f"DROP DATABASE {stage.url.rpartition('/')[2]} WITH (FORCE)")
        await cluster.administer(f"DROP TABLESPACE {space}")
