"""F9, F10 and F11: PostgreSQL restarts, stands still, and hangs up in the middle."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.faults.cluster import Cluster
from tests.faults.conftest import MakeServer
from tests.faults.servers import Caller, Reply
from tests.faults.stage import ROUNDS, USERS, Stage, check, invited, outcome, recipients, under_load, until
from tests.faults.waiting import pool_is_whole
from tests.running import PATIENCE
from tests.services.mail.smtp_server import ScriptedServer

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PLACES = 3
"""Of the server's pool of connections."""

FROZEN_SECONDS = 30.0 if ROUNDS >= 20 else 0.0
"""At least; in a short round only until everybody has an answer."""


def reading_and_writing(stage: Stage, caller: Caller) -> Callable[[int], Coroutine[Any, Any, Reply]]:
    """Every fourth request adds a user."""

    async def call(number: int) -> Reply:
        return await (caller(USERS) if number % 4 else stage.add(caller, f"ada{time.monotonic_ns()}@example.org"))

    return call


async def every_mail_arrives_once(stage: Stage, mails: ScriptedServer) -> None:
    """Who has a mail in hand keeps it: a lease is ended only where nobody seems to hold it any more."""
    everybody = await invited(stage.url)
    try:
        await until(lambda: set(recipients(mails)) == set(everybody), "every mail arrives")
    except AssertionError:
        await stage.lease_runs_out()
        await until(lambda: set(recipients(mails)) == set(everybody), "every mail arrives")
    async with asyncio.timeout(PATIENCE):
        while (await outcome(stage.url))["QUEUED"]:
            await asyncio.sleep(0.05)
    assert recipients(mails) == everybody


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_f9_a_restart_of_the_database_costs_a_moment_and_nothing_else(
    mode: str, cluster: Cluster, stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    async with server(DATABASE_CONNECTIONS=str(PLACES)) as rollcall:
        caller = rollcall.caller(stage.token)
        async with under_load(20, reading_and_writing(stage, caller)) as replies:
            await until(lambda: len(replies) >= 10, "ten replies come before the database stops")
            await cluster.stop(mode)
            await rollcall.readiness(503)
            await cluster.start()
            await rollcall.readiness(200)
            back, so_far = time.monotonic(), len(replies)
            await until(lambda: len(replies) >= so_far + 60, "sixty more replies come")
        assert [reply for reply in replies if not reply.orderly] == []
        assert {reply.status for reply in replies if reply.ended - reply.seconds > back} == {200}
        await pool_is_whole(stage, caller, PLACES)
        acknowledged = sum("addUser" in (reply.body.get("data") or {}) for reply in replies if reply.status == 200)
        assert acknowledged <= len(await invited(stage.url))
        await every_mail_arrives_once(stage, mails)
    await check(stage.url)


async def test_f10_a_frozen_database_costs_its_time_and_no_connection(
    cluster: Cluster, stage: Stage, server: MakeServer
) -> None:
    async with server(DATABASE_CONNECTIONS=str(PLACES)) as rollcall:
        caller = rollcall.caller(stage.token)
        assert (await caller(USERS)).status == 200
        cluster.freeze()
        ends = time.monotonic() + FROZEN_SECONDS
        held = await asyncio.gather(*[stage.add(caller, f"frozen{number}@example.org") for number in range(8)])
        await rollcall.readiness(503)
        while time.monotonic() < ends:
            held.append(await caller(USERS))
        assert {reply.status for reply in held} == {503}
        cluster.thaw()
        await rollcall.readiness(200)
        await pool_is_whole(stage, caller, PLACES)
        assert [
            reply.status
            for reply in await asyncio.gather(*[stage.add(caller, f"ada{n}@example.org") for n in range(6)])
        ] == [200] * 6
    await check(stage.url)


async def test_f11_backends_that_are_terminated_cost_one_error_each(
    own_cluster: Cluster, stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
    database = stage.url.rpartition("/")[2]
    async with server(DATABASE_CONNECTIONS=str(PLACES)) as rollcall:
        caller = rollcall.caller(stage.token)
        async with under_load(20, reading_and_writing(stage, caller)) as replies:
            for _ in range(20 * ROUNDS):
                await asyncio.sleep(0.1)
                await own_cluster.administer(f"{terminate} '{database}'")
        assert [reply for reply in replies if not reply.orderly] == []
        assert 200 in {reply.status for reply in replies}
        await rollcall.readiness(200)
        await pool_is_whole(stage, caller, PLACES)
        assert (await stage.add(caller, "last@example.org")).status == 200
        await stage.lease_runs_out()
        await until(lambda: "last@example.org" in recipients(mails), "the mail loop goes on")
    await check(stage.url)
