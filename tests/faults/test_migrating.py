"""F19 and F20: migrating while servers serve, by several at once, and killed on the way."""

import asyncio
import os
import random
import signal

import pytest

from tests.faults.cluster import Cluster
from tests.faults.conftest import MakeServer
from tests.faults.stage import ROUNDS, USERS, Stage, check, under_load
from tests.migrations.catalogue import catalogue
from tests.running import ROLLCALL, ROOT, environment

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def migrating(url: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(*ROLLCALL, "migrate"), cwd=ROOT, env=environment(url), stdout=asyncio.subprocess.PIPE
    )


async def test_f19_of_two_that_start_at_once_one_migrates(own_cluster: Cluster, stage: Stage) -> None:
    url = await own_cluster.empty()
    processes = [await migrating(url) for _ in range(2)]
    printed = [(await process.communicate())[0].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum("Applying" in text for text in printed) == 1
    assert await catalogue(url) == await catalogue(stage.url)
    await check(url)


async def test_f19_migrating_under_load_fails_no_request(stage: Stage, server: MakeServer) -> None:
    async with server() as rollcall:
        caller = rollcall.caller(stage.token)
        async with under_load(20, lambda number: caller(USERS)) as replies:
            for process in [await migrating(stage.url) for _ in range(2)]:
                await process.communicate()
                assert process.returncode == 0
        assert {reply.status for reply in replies} == {200}
        await rollcall.readiness(200)
    await check(stage.url)


async def test_f20_a_migration_killed_at_any_moment_completes_when_run_again(
    own_cluster: Cluster, stage: Stage
) -> None:
    chance = random.Random(20)
    whole = await catalogue(stage.url)
    for _ in range(ROUNDS):
        url = await own_cluster.empty()
        process = await migrating(url)
        applying = asyncio.create_task(process.communicate())
        while not await own_cluster.administer("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"):
            assert process.returncode is None
        await asyncio.sleep(chance.uniform(0, 0.1))
        if process.returncode is None:
            os.kill(process.pid, signal.SIGKILL)
        await applying
        again = await migrating(url)
        await again.communicate()
        assert again.returncode == 0
        assert await catalogue(url) == whole
        await check(url)
