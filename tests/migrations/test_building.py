"""Indexes of a table that is in use: others go on changing its rows, and nothing half built stays."""

import asyncio

import asyncpg
import pytest

from models.migrate import MigrationError, migrate
from tests.migrations.catalogue import catalogue, query
from tests.migrations.chains import Chains, silent
from tests.migrations.population import populate

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("engine", ["postgres"], indirect=True)]

INDEX = "ops.AddIndex(model_name='User', index=Index(fields=['updated_at'], name='users_by_update')),"
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('users_by_update')"
BUILDING = "SELECT 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
RENAME = "UPDATE users SET first_name = 'Ada' WHERE id = $1"


async def test_others_change_rows_while_an_index_is_built(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent)
    await populate(empty, "models.migrations")
    one, other = await asyncpg.connect(empty), await asyncpg.connect(empty)
    first, second = [row["id"] for row in await one.fetch("SELECT id FROM users ORDER BY id LIMIT 2")]
    await one.execute("BEGIN")
    await one.execute(RENAME, first)
    migrating = asyncio.create_task(migrate(empty, report=silent, package=chains.extended(m9000_index=INDEX)))
    async with asyncio.timeout(20):
        while not await other.fetchval(BUILDING):
            assert not migrating.done()
    await other.execute(RENAME, second, timeout=1)
    assert not migrating.done(), "it waits for the transaction that was there before it"
    await one.execute("COMMIT")
    assert await migrating == ["m9000_index"]
    assert await other.fetchval(VALID)
    await asyncio.gather(one.close(), other.close())


async def test_what_was_broken_off_is_built_anew(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent)
    await query(empty, "CREATE INDEX users_by_update ON users (first_name)")
    await query(empty, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_by_update'::regclass")
    package = chains.extended(m9000_index=INDEX)
    assert await migrate(empty, report=silent, package=package) == ["m9000_index"]
    assert await query(empty, VALID) == [{"indisvalid": True}]
    (index,) = await query(empty, "SELECT indexdef FROM pg_indexes WHERE indexname = 'users_by_update'")
    assert index["indexdef"].endswith("(updated_at)")


async def test_what_is_built_stays_where_the_next_fails(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent)
    package = chains.extended(m9000_index=INDEX + INDEX.replace("users_by_update", "roles"))
    with pytest.raises(MigrationError, match=r"^m9000_index failed; what it has built stays: .*already exists"):
        await migrate(empty, report=silent, package=package)
    tables = await catalogue(empty)
    assert await migrate(empty, report=silent, package=chains.extended(m9000_index=INDEX)) == ["m9000_index"]
    assert await catalogue(empty) == tables
