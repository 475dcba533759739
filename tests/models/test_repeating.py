"""What PostgreSQL undid is done again: as a whole, only where nothing of it stays, and only so often."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from models.repeating import repeated
from models.unavailable import DatabaseConflict
from tests.conflicts import DEADLOCK, SERIALIZATION, conflicting

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("engine", ["postgres"], indirect=True)]

CROSSINGS = 20
RAISE = "DO $$ BEGIN RAISE EXCEPTION 'staged' USING ERRCODE = '40P01'; END $$"
ADD_ONE = "UPDATE tally SET number = number + 1 WHERE id = $1"


@pytest.fixture
async def tally(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A table of two numbers, both 0, and a connection of its own."""
    own = await asyncpg.connect(database)
    await own.execute("CREATE TABLE tally (id INT PRIMARY KEY, number INT); INSERT INTO tally VALUES (1, 0), (2, 0)")
    yield own
    await own.execute("DROP TABLE tally")
    await own.close()


@pytest.fixture
def told(database: str) -> list[str]:
    """What the client says of conflicts."""
    heard: list[str] = []
    client: Any = connections.get("default")
    client.on_conflict = heard.append
    return heard


async def numbers(tally: asyncpg.Connection) -> list[int]:
    return [row["number"] for row in await tally.fetch("SELECT number FROM tally ORDER BY id")]


async def test_of_two_transactions_in_a_deadlock_both_are_done(tally: asyncpg.Connection, told: list[str]) -> None:
    async def cross(first: int, second: int, barrier: asyncio.Barrier) -> None:
        met = False

        @repeated
        async def both() -> None:
            nonlocal met
            async with in_transaction() as transaction:
                await transaction.execute_query("SET LOCAL deadlock_timeout = '10ms'")
                await transaction.execute_query(ADD_ONE, [first])
                if not met:
                    met = True
                    await barrier.wait()
                await transaction.execute_query(ADD_ONE, [second])

        await both()

    for _ in range(CROSSINGS):
        barrier = asyncio.Barrier(2)
        await asyncio.gather(cross(1, 2, barrier), cross(2, 1, barrier))
    assert await numbers(tally) == [2 * CROSSINGS, 2 * CROSSINGS]
    assert set(told) == {"repeated"}
    assert len(told) >= CROSSINGS


async def test_of_two_serializable_transactions_the_second_sees_what_the_first_wrote(
    tally: asyncpg.Connection, told: list[str]
) -> None:
    barrier, sums = asyncio.Barrier(2), []

    async def put_sum(id: int) -> None:
        met = False

        @repeated
        async def put() -> int:
            nonlocal met
            async with in_transaction() as transaction:
                await transaction.execute_query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                [row] = await transaction.execute_query_dict("SELECT sum(number)::int + 1 AS more FROM tally")
                if not met:
                    met = True
                    await barrier.wait()
                await transaction.execute_query("UPDATE tally SET number = $1 WHERE id = $2", [row["more"], id])
                return int(row["more"])

        sums.append(await put())

    await asyncio.gather(put_sum(1), put_sum(2))
    assert sorted(sums) == sorted(await numbers(tally)) == [1, 2]
    assert told == ["repeated"]


@pytest.mark.parametrize("code", [DEADLOCK, SERIALIZATION])
async def test_three_conflicts_are_survived(
    database: str, tally: asyncpg.Connection, told: list[str], code: str
) -> None:
    @repeated
    async def add() -> None:
        async with in_transaction() as transaction:
            await transaction.execute_query(ADD_ONE, [1])

    async with conflicting(database, "tally", 3, code):
        await add()
    assert await numbers(tally) == [1, 0]
    assert told == ["repeated"] * 3


async def test_the_fourth_conflict_is_the_last(tally: asyncpg.Connection, told: list[str]) -> None:
    calls = 0

    @repeated
    async def inner() -> None:
        nonlocal calls
        calls += 1
        async with in_transaction() as transaction:
            await transaction.execute_query(ADD_ONE, [1])
            await transaction.execute_script(RAISE)

    with pytest.raises(DatabaseConflict, match="DeadlockDetectedError: staged"):
        await repeated(inner)()
    assert calls == 4
    assert told == ["repeated"] * 3 + ["given up"]
    assert await numbers(tally) == [0, 0]


async def add_alone() -> None:
    await connections.get("default").execute_query(ADD_ONE, [1])


async def add_in_transaction() -> None:
    async with in_transaction() as transaction:
        await transaction.execute_query(ADD_ONE, [1])


@pytest.mark.parametrize("add", [add_alone, add_in_transaction, repeated(add_in_transaction)])
async def test_what_is_committed_is_not_done_again(
    tally: asyncpg.Connection, told: list[str], add: Callable[[], Awaitable[None]]
) -> None:
    @repeated
    async def add_then_fail() -> None:
        await add()
        async with in_transaction() as transaction:
            await transaction.execute_script(RAISE)

    with pytest.raises(DatabaseConflict):
        await add_then_fail()
    assert await numbers(tally) == [1, 0]
    assert told == ["given up"]


async def test_a_part_is_done_again_where_the_whole_must_not_be(
    database: str, tally: asyncpg.Connection, told: list[str]
) -> None:
    @repeated
    async def part() -> None:
        async with in_transaction() as transaction:
            await transaction.execute_query(ADD_ONE, [2])

    @repeated
    async def whole() -> None:
        await connections.get("default").execute_query(ADD_ONE, [1])
        await tally.execute("SELECT setval('staged_conflicts', 1, false)")
        await part()

    async with conflicting(database, "tally", 2):
        await whole()
    assert await numbers(tally) == [1, 1]
    assert told == ["repeated"] * 4


async def test_inside_a_transaction_nothing_is_repeated_but_the_whole(
    tally: asyncpg.Connection, told: list[str]
) -> None:
    done: list[str] = []

    @repeated
    async def part() -> None:
        done.append("part")
        await connections.get("default").execute_query(*((RAISE,) if len(done) == 2 else (ADD_ONE, [2])))

    @repeated
    async def whole() -> None:
        done.append("whole")
        async with in_transaction() as transaction:
            await transaction.execute_query(ADD_ONE, [1])
            await part()

    await whole()
    assert done == ["whole", "part"] * 2
    assert await numbers(tally) == [1, 1]
    assert told == ["repeated"]


async def test_a_statement_by_itself_is_repeated_too(database: str, tally: asyncpg.Connection, told: list[str]) -> None:
    async with conflicting(database, "tally", 3):
        await connections.get("default").execute_query(ADD_ONE, [1])
    assert await numbers(tally) == [1, 0]
    assert told == ["repeated"] * 3


async def test_a_table_that_was_migrated_since_a_statement_was_prepared_is_a_conflict(
    tally: asyncpg.Connection, told: list[str]
) -> None:
    read = "SELECT number FROM tally WHERE id = 1"

    @repeated
    async def add() -> None:
        async with in_transaction() as transaction:
            await transaction.execute_query(read)
            await transaction.execute_query(ADD_ONE, [1])

    await add()
    await tally.execute("ALTER TABLE tally ALTER number TYPE bigint")
    await add()
    assert await numbers(tally) == [2, 0]
    assert told == ["repeated"]
