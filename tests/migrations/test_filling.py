"""`Fill`: values for a whole table, a part of its rows at a time on PostgreSQL."""

import asyncpg
import pytest

from models.migrate import MigrationError, migrate, pending
from tests.migrations.catalogue import query, rows
from tests.migrations.chains import Chains, silent
from tests.migrations.population import populate

pytestmark = pytest.mark.anyio

COLUMN = "ops.AddField(model_name='User', name='rank', field=fields.IntField(null=True)),"
FILL = "Fill('User', 'rank = length(last_name)', 'rank IS NULL', at_once=2),"
LENGTH = len("0last_name")


@pytest.fixture
async def growing(empty: str) -> str:
    await migrate(empty, report=silent)
    await populate(empty, "models.migrations")
    return empty


async def test_every_row_is_filled_and_nothing_else_is_changed(growing: str, chains: Chains) -> None:
    before = await rows(growing)
    package = chains.extended(m9000_column=COLUMN, m9001_fill=FILL)
    assert await migrate(growing, report=silent, package=package) == ["m9000_column", "m9001_fill"]
    filled = {key: row | {"rank": LENGTH} for key, row in before["users"].items()}
    assert await rows(growing) == before | {"users": filled}


async def test_rows_that_are_filled_already_are_left_alone(growing: str, chains: Chains) -> None:
    package = chains.extended(m9000_column=COLUMN)
    await migrate(growing, report=silent, package=package)
    await query(growing, "UPDATE users SET rank = 0 WHERE last_name LIKE '0%'")
    chains.add(package, "m9001_fill", FILL)
    await migrate(growing, report=silent, package=package)
    assert sorted(map(str, await ranks(growing))) == ["0", str(LENGTH), str(LENGTH)]


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_two_rows_at_a_time_are_locked_and_no_more(growing: str, chains: Chains) -> None:
    package = chains.extended(m9000_column=COLUMN, m9001_fill=FILL)
    await migrate(growing, report=silent, package=package)
    together = await query(growing, "SELECT COUNT(*) FROM users GROUP BY xmin::text ORDER BY 1")
    assert [row["count"] for row in together] == [1, 2]


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_what_was_filled_before_a_failure_stays_and_the_next_run_fills_the_rest(
    growing: str, chains: Chains
) -> None:
    package = chains.extended(m9000_column=COLUMN)
    await migrate(growing, report=silent, package=package)
    chains.add(package, "m9001_fill", FILL)
    last = max((await rows(growing))["users"])
    rule = f"ALTER TABLE users ADD CONSTRAINT never CHECK (rank IS NULL OR id <> '{last}')"
    await query(growing, rule)
    with pytest.raises(MigrationError, match=r"m9001_fill failed; what it has filled stays: .*never"):
        await migrate(growing, report=silent, package=package)
    assert await pending(growing, package=package) == ["m9001_fill"]
    assert await ranks(growing) == [LENGTH, LENGTH, None]

    await query(growing, "ALTER TABLE users DROP CONSTRAINT never")
    assert await migrate(growing, report=silent, package=package) == ["m9001_fill"]
    assert await ranks(growing) == [LENGTH, LENGTH, LENGTH]


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_row_that_another_has_locked_makes_filling_step_back_and_try_again(
    growing: str, chains: Chains
) -> None:
    package = chains.extended(m9000_column=COLUMN)
    await migrate(growing, report=silent, package=package)
    chains.add(package, "m9001_fill", FILL)
    other, told = await asyncpg.connect(growing), list[str]()
    await other.execute("BEGIN; SELECT id FROM users FOR UPDATE")

    def report(line: str) -> None:
        told.append(line)
        if "met a lock" in line:
            other.terminate()

    await migrate(growing, report=report, package=package)
    assert told == ["Applying m9001_fill.", "m9001_fill met a lock and was undone; the next try is in 1 s."]
    assert await ranks(growing) == [LENGTH, LENGTH, LENGTH]


async def test_a_migration_that_fills_and_does_something_else_is_refused(empty: str, chains: Chains) -> None:
    package = chains.extended(m9000_both=COLUMN + FILL)
    with pytest.raises(MigrationError, match="m9000_both fills rows and does something else: make it two migrations"):
        await migrate(empty, report=silent, package=package)


async def ranks(url: str) -> list[int | None]:
    return [row["rank"] for row in await query(url, "SELECT rank FROM users ORDER BY id")]
