"""Indexes of tables that have rows: built on PostgreSQL while others go on changing the rows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from models.migrate import MigrationError, migrate
from tests.migrations.catalogue import query
from tests.migrations.chains import Chains, silent
from tests.migrations.population import COPIES, populate
from tests.running import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("engine", ["postgres"], indirect=True)]

INDEXES = "".join(
    f"ops.AddIndex(model_name='User', index=Index(fields=('{column}', 'id'), name='{name}')),"
    for name, column in (("by_first", "first_name"), ("by_last", "last_name"))
)
BUILDING = "SELECT pid FROM pg_stat_progress_create_index WHERE datname = current_database() AND phase LIKE 'waiting%'"
OURS = """SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
          WHERE relname IN ('by_first', 'by_last') ORDER BY relname, indisvalid"""
BUILT = [{"name": "by_first", "valid": True}, {"name": "by_last", "valid": True}]


@pytest.fixture
async def people(empty: str) -> str:
    await migrate(empty, report=silent)
    await populate(empty, "models.migrations")
    return empty


@pytest.fixture
async def writer(people: str) -> AsyncIterator[asyncpg.Connection]:
    """Has changed one user in a transaction that goes on: an index is not done before it is."""
    connection = await asyncpg.connect(people)
    await connection.execute("BEGIN")
    await connection.execute("UPDATE users SET version = 7 WHERE id = (SELECT min(id::text)::uuid FROM users)")
    yield connection
    await connection.close()


@asynccontextmanager
async def setting(url: str, name: str, value: str) -> AsyncIterator[None]:
    """What new connections to the database find set."""
    database = url.rpartition("/")[2]
    await query(url, f'ALTER DATABASE "{database}" SET {name} = {value}')
    try:
        yield
    finally:
        await query(url, f'ALTER DATABASE "{database}" RESET {name}')


def half_built(index: str) -> str:
    return f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{index}'::regclass"


async def building(url: str) -> int:
    """Waits until an index is being built; the id of the process that does it."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await query(url, BUILDING)):
            await asyncio.sleep(0.02)
    return int(found[0]["pid"])


async def test_others_change_users_while_an_index_is_built(
    people: str, writer: asyncpg.Connection, chains: Chains
) -> None:
    package = chains.extended(m9000_indexes=INDEXES)
    migrating = asyncio.create_task(migrate(people, report=silent, package=package))
    await building(people)
    other = await asyncpg.connect(people)
    await other.execute("SET lock_timeout = '30s'")
    changing = "UPDATE users SET version = 9 WHERE id <> (SELECT min(id::text)::uuid FROM users)"
    assert await other.execute(changing) == f"UPDATE {COPIES - 1}"
    await other.close()
    assert not migrating.done()
    await writer.execute("COMMIT")
    assert await migrating == ["m9000_indexes"]
    assert await query(people, OURS) == BUILT


async def test_an_index_may_take_its_time_whatever_limits_the_database_has(
    people: str, writer: asyncpg.Connection, chains: Chains
) -> None:
    async with setting(people, "lock_timeout", "100"):
        package = chains.extended(m9000_indexes=INDEXES)
        migrating = asyncio.create_task(migrate(people, report=silent, package=package))
        await building(people)
        await query(people, "SELECT pg_sleep(0.3)")
        await writer.execute("COMMIT")
        assert await migrating == ["m9000_indexes"]


async def test_what_is_left_half_built_is_made_anew(people: str, writer: asyncpg.Connection, chains: Chains) -> None:
    package = chains.extended(m9000_indexes=INDEXES)
    migrating = asyncio.create_task(migrate(people, report=silent, package=package))
    await query(people, f"SELECT pg_terminate_backend({await building(people)}, 5000)")
    with pytest.raises(MigrationError, match="m9000_indexes failed; what it has built stays"):
        await migrating
    assert await query(people, OURS) == [{"name": "by_first", "valid": False}]
    await writer.execute("COMMIT")
    assert await migrate(people, report=silent, package=package) == ["m9000_indexes"]
    assert await query(people, OURS) == BUILT


async def test_why_an_index_was_not_built_is_told_and_the_next_time_it_is(
    people: str, writer: asyncpg.Connection, chains: Chains
) -> None:
    await writer.execute("SET deadlock_timeout = '1h'")
    async with setting(people, "deadlock_timeout", "2000"):
        package = chains.extended(m9000_indexes=INDEXES)
        migrating = asyncio.create_task(migrate(people, report=silent, package=package))
        await building(people)
        await writer.execute("LOCK TABLE users IN SHARE UPDATE EXCLUSIVE MODE; COMMIT")
        with pytest.raises(MigrationError, match="m9000_indexes failed; what it has built stays: deadlock detected"):
            await migrating
    assert await query(people, OURS) == [{"name": "by_first", "valid": False}]
    assert await migrate(people, report=silent, package=package) == ["m9000_indexes"]
    assert await query(people, OURS) == BUILT


async def test_an_index_of_another_schema_is_left_alone(people: str, chains: Chains) -> None:
    await query(people, "CREATE SCHEMA other")
    await query(people, "CREATE TABLE other.users AS SELECT * FROM users")
    await query(people, "CREATE INDEX by_first ON other.users (first_name)")
    await query(people, half_built("other.by_first"))
    async with setting(people, "search_path", "public, other"):
        package = chains.extended(m9000_indexes=INDEXES)
        assert await migrate(people, report=silent, package=package) == ["m9000_indexes"]
        assert await query(people, OURS) == [{"name": "by_first", "valid": False}, *BUILT]
    await query(people, "DROP SCHEMA other CASCADE")


async def test_half_an_index_is_none_where_it_is_not_built_ahead(people: str, chains: Chains) -> None:
    await query(people, "CREATE INDEX by_first ON users (first_name, id)")
    await query(people, half_built("by_first"))
    package = chains.extended(m9000_more=f"{INDEXES} ops.RunSQL('SELECT 1'),")
    with pytest.raises(MigrationError, match='"by_first" already exists'):
        await migrate(people, report=silent, package=package)


async def test_what_is_built_is_not_built_again(people: str, chains: Chains) -> None:
    await query(people, "CREATE INDEX by_first ON users (first_name, id)")
    [before] = await query(people, "SELECT 'by_first'::regclass::oid AS oid")
    package = chains.extended(m9000_indexes=INDEXES)
    assert await migrate(people, report=silent, package=package) == ["m9000_indexes"]
    assert await query(people, "SELECT 'by_first'::regclass::oid AS oid") == [before]
    assert await query(people, OURS) == BUILT


async def test_whoever_waits_to_migrate_holds_no_index_up(
    people: str, writer: asyncpg.Connection, chains: Chains
) -> None:
    package = chains.extended(m9000_indexes=INDEXES)
    both = [asyncio.create_task(migrate(people, report=silent, package=package)) for _ in range(2)]
    await building(people)
    async with asyncio.timeout(PATIENCE):
        waiting = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%advisory_lock%' AND datname = current_database()"
        while len(await query(people, waiting)) < 3:
            await asyncio.sleep(0.02)
        await writer.execute("COMMIT")
        assert sorted(await asyncio.gather(*both)) == [[], ["m9000_indexes"]]
    assert await query(people, OURS) == BUILT
