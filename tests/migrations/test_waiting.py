"""Locks that a migration meets: it waits, steps back, and in the end gives up."""

import sqlite3
from contextlib import closing

import asyncpg
import pytest

from models.migrate import MigrationError, migrate
from tests.migrations.catalogue import query
from tests.migrations.chains import CHANGE, Chains, silent
from tests.migrations.population import COPIES, populate

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_sqlite_file_that_another_keeps_locked_is_given_up_after_the_wait(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent)
    file = empty.removeprefix("sqlite://")
    package = chains.extended(m9000_step=CHANGE)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(MigrationError, match=r"another process has kept .* locked for 0\.1 seconds"):
            await migrate(empty, report=silent, package=package, patience=0.1)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_another_migrating_process_is_given_up_after_the_wait(empty: str) -> None:
    other = await asyncpg.connect(empty)
    await other.execute("SELECT pg_advisory_lock($1)", int.from_bytes(b"rollcall"))
    with pytest.raises(MigrationError, match=r"another process has been migrating for 0\.1 seconds"):
        await migrate(empty, report=silent, patience=0.1)
    await other.close()


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_locked_table_makes_the_migration_step_back_and_try_again(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent)
    await populate(empty, "models.migrations")
    reader = await asyncpg.connect(empty)
    await reader.execute("BEGIN; SELECT count(*) FROM users")
    told: list[str] = []

    def report(line: str) -> None:
        told.append(line)
        if "met a lock" in line:
            reader.terminate()

    package = chains.extended(m9000_step=CHANGE)
    assert await migrate(empty, report=report, package=package) == ["m9000_step"]
    assert told == ["Applying m9000_step.", "m9000_step met a lock and was undone; the next try is in 1 s."]
    assert len(await query(empty, "SELECT id FROM users WHERE rank = 7")) == COPIES
