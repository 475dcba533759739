"""F14: transactions that PostgreSQL undoes for another's sake are done again, at most three times."""

import asyncio

import asyncpg
import pytest

from schema.ids import global_id
from tests.conflicts import DEADLOCK, SERIALIZATION, conflicting
from tests.faults.conftest import MakeServer
from tests.faults.servers import Server
from tests.faults.stage import DISABLE, ENABLE, ROUNDS, Stage, check
from tests.running import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

THE_TWO = "SELECT id FROM users WHERE email = 'person0@example.org' OR first_name = 'Grace' ORDER BY id"
WAITING = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted"
CHANGES = "SELECT version, disabled_at IS NOT NULL AS disabled FROM users WHERE email = 'person0@example.org'"


async def met(server: Server, outcome: str, number: int) -> None:
    """Waits until the metrics have so many conflicts that ended so."""
    async with asyncio.timeout(PATIENCE):
        while await server.metric(f'rollcall_conflicts_total{{outcome="{outcome}"}}') != number:
            await asyncio.sleep(0.05)


async def test_f14_a_deadlock_with_a_stranger_is_survived(stage: Stage, server: MakeServer) -> None:
    """The stranger never gives in, so PostgreSQL undoes our transaction."""
    person = global_id("User", stage.user_ids[0])
    stranger = await asyncpg.connect(stage.url)
    async with server() as rollcall:
        caller = rollcall.caller(stage.token)
        first, second = [row["id"] for row in await stranger.fetch(THE_TWO)]
        for round in range(ROUNDS):
            document, field, status = (
                (ENABLE, "enableUser", "ACTIVE") if round % 2 else (DISABLE, "disableUser", "INACTIVE")
            )
            await stranger.execute("BEGIN; SET LOCAL deadlock_timeout = '20s'")
            await stranger.execute("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", second)
            change = asyncio.create_task(caller(document, id=person))
            while not await stranger.fetchval(WAITING):
                await asyncio.sleep(0.02)
            await stranger.execute("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", first)
            await stranger.execute("COMMIT")
            assert (await change).data == {field: {"user": {"status": status}, "errors": []}}
        await met(rollcall, "repeated", ROUNDS)
    await stranger.close()
    await check(stage.url)


@pytest.mark.parametrize("code", [DEADLOCK, SERIALIZATION])
async def test_f14_what_is_undone_three_times_is_done_and_once_only(
    stage: Stage, server: MakeServer, code: str
) -> None:
    async with server() as rollcall, conflicting(stage.url, "users", 3, code):
        reply = await rollcall.caller(stage.token)(DISABLE, id=global_id("User", stage.user_ids[0]))
        assert reply.data == {"disableUser": {"user": {"status": "INACTIVE"}, "errors": []}}
        await met(rollcall, "repeated", 3)
    await check(stage.url)


async def test_f14_what_is_undone_a_fourth_time_is_answered_503_and_not_done(stage: Stage, server: MakeServer) -> None:
    async with server() as rollcall:
        caller = rollcall.caller(stage.token)
        async with conflicting(stage.url, "users", 4):
            reply = await caller(DISABLE, id=global_id("User", stage.user_ids[0]))
            assert (reply.status, reply.headers["Retry-After"]) == (503, "2")
            assert reply.body["errors"][0]["message"] == "The service cannot answer just now; try again in a moment."
        await met(rollcall, "repeated", 3)
        await met(rollcall, "given up", 1)
    stranger = await asyncpg.connect(stage.url)
    assert dict(await stranger.fetchrow(CHANGES)) == {"version": 1, "disabled": False}
    await stranger.close()
    await check(stage.url)


async def test_f14_crossing_changes_where_all_transactions_are_serializable(stage: Stage, server: MakeServer) -> None:
    """Four at once at two people: whoever is undone is done again, and each change has its event."""
    name = stage.url.rpartition("/")[2]
    stranger = await asyncpg.connect(stage.url)
    await stranger.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    async with server() as rollcall:
        caller = rollcall.caller(stage.token)
        people = [global_id("User", id) for id in stage.user_ids]
        for round in range(10 * ROUNDS):
            document = ENABLE if round % 2 else DISABLE
            replies = await asyncio.gather(*[caller(document, id=person) for person in people * 2])
            assert {payload["errors"] == [] for reply in replies for payload in reply.data.values()} == {True}
        assert await rollcall.metric('rollcall_conflicts_total{outcome="repeated"}') > 0
    await stranger.close()
    await check(stage.url)
