"""Populated databases of every age come to the present tables and keep every row, on both engines."""

import pytest

from models.migrate import migrate, pending
from tests.migrations.catalogue import assert_kept, catalogue, rows
from tests.migrations.chains import REAL, Chains, silent
from tests.migrations.conftest import NewDatabase
from tests.migrations.population import COPIES, populate

pytestmark = pytest.mark.anyio


async def test_an_empty_database_gets_all_migrations_once(empty: str) -> None:
    assert await pending(empty) == REAL
    assert await migrate(empty, report=silent) == REAL
    assert await pending(empty) == []
    assert await migrate(empty, report=silent) == []


@pytest.mark.parametrize("age", range(len(REAL) + 1))
async def test_a_populated_database_of_any_age_keeps_its_rows_and_gets_the_present_tables(
    age: int, new_database: NewDatabase, chains: Chains
) -> None:
    old, fresh = await new_database(), await new_database()
    start = chains.first(age)
    assert await migrate(old, report=silent, package=start) == REAL[:age]
    if age:
        await populate(old, start)
    before = await rows(old) if age else {}

    assert await migrate(old, report=silent) == REAL[age:]
    await migrate(fresh, report=silent)

    assert await catalogue(old) == await catalogue(fresh)
    after = await rows(old)
    assert all(len(kept) == COPIES for table, kept in before.items())
    assert_kept(before, after)


async def test_a_populated_database_can_be_populated_generically_at_the_present_tables(empty: str) -> None:
    await migrate(empty, report=silent)
    await populate(empty, "models.migrations")
    assert {len(found) for found in (await rows(empty)).values()} == {COPIES}
