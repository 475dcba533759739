"""`RebuildKeys`: keys that the version before wrote, replaced in batches while others change the rows."""

import asyncio
from typing import Any

import asyncpg
import pytest

from models.migrate import MigrationError, migrate, pending
from tests.migrations.catalogue import COMPUTED, query, rows
from tests.migrations.chains import Chains, silent
from tests.migrations.conftest import NewDatabase
from tests.migrations.old_keys import BEFORE, CURRENT, OLD, OldPerson, make_old_people, make_old_roles
from tests.statements import statements

pytestmark = pytest.mark.anyio

STALE = "last_name <> 'Plain'"
REBUILDING = "m9000_keys"
WAITING = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
async def old(empty: str, chains: Chains) -> str:
    await make_old_people(empty, chains)
    return empty


def two_at_once(chains: Chains) -> str:
    """A package that rebuilds in small batches."""
    package = chains.first(BEFORE)
    chains.add(package, REBUILDING, "RebuildKeys('users', at_once=2),")
    return package


async def people(url: str) -> list[OldPerson]:
    """Everybody's keys and words, in the order of ids."""
    words = await query(url, "SELECT user_id, word FROM search_words ORDER BY word COLLATE \"C\"" if "postgres" in url
                        else "SELECT user_id, word FROM search_words ORDER BY word")  # fmt: skip
    found = []
    for user in await query(url, "SELECT * FROM users ORDER BY id"):
        own = tuple(row["word"] for row in words if row["user_id"] == user["id"])
        found.append(OldPerson(*(user[name] for name in OldPerson._fields[:-1]), own))
    return found


async def test_old_keys_and_words_become_current_and_nothing_else_changes(old: str) -> None:
    before = await rows(old)
    assert await people(old) == OLD
    assert await migrate(old, report=silent) == ["0004_rebuilt_keys"]
    assert await people(old) == CURRENT
    assert await rest(old) == without_keys(before)


async def test_a_role_whose_new_key_another_has_keeps_the_old_one(empty: str, chains: Chains) -> None:
    ids = await make_old_roles(empty, chains, {"Łódź": "łodz", "Lodz": "lodz", "Sales  team": "sales  team"})
    told: list[str] = []
    await migrate(empty, report=told.append)
    assert await role_keys(empty) == {"Łódź": "łodz", "Lodz": "lodz", "Sales  team": "sales team"}
    sentence = f'The role "Łódź" ({ids["Łódź"]}) keeps an old key: another role of its platform has the same name.'
    assert told[-2:] == ["Applying 0004_rebuilt_keys.", sentence]


async def test_of_two_roles_whose_keys_become_equal_the_later_keeps_the_old_one(empty: str, chains: Chains) -> None:
    await make_old_roles(empty, chains, {"Łódź": "łodz", "Ŀódź": "łodz 2", "Łodz": "łodz 3"})
    await migrate(empty, report=silent)
    assert await role_keys(empty) == {"Łódź": "lodz", "Ŀódź": "l·odz", "Łodz": "łodz 3"}


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_only_rows_with_old_keys_are_written_and_two_of_them_in_a_transaction(old: str, chains: Chains) -> None:
    versions = "SELECT COUNT(*) FROM users WHERE {} GROUP BY xmin::text ORDER BY 1"
    unchanged = "SELECT xmin::text FROM users WHERE last_name = 'Plain'"
    before = await query(old, unchanged)
    await migrate(old, report=silent, package=two_at_once(chains))
    assert await query(old, unchanged) == before
    assert [row["count"] for row in await query(old, versions.format(STALE))] == [1, 2]


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_rows_whose_keys_are_current_are_not_locked(old: str, chains: Chains) -> None:
    told: list[str] = []
    writer = await asyncpg.connect(old)
    await writer.execute("BEGIN; SELECT id FROM users WHERE last_name = 'Plain' FOR UPDATE")
    await migrate(old, report=told.append, package=two_at_once(chains))
    await writer.close()
    assert told == [f"Applying {REBUILDING}."]
    assert await people(old) == CURRENT


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_row_that_another_changes_meanwhile_gets_the_key_of_its_new_name(old: str, chains: Chains) -> None:
    """It commits while rebuilding waits for the row, whose old name has been read by then."""
    writer, watcher = await asyncpg.connect(old), await asyncpg.connect(old)
    await writer.execute("BEGIN; UPDATE users SET last_name = 'Øre', last_name_key = 'øre' WHERE last_name = 'Wałęsa'")
    migrating = asyncio.create_task(migrate(old, report=silent, package=two_at_once(chains)))
    while not migrating.done() and not await watcher.fetchval(WAITING):
        continue
    await writer.execute("COMMIT")
    assert await migrating == [REBUILDING]
    await writer.close()
    await watcher.close()
    assert (await people(old))[0] == CURRENT[0]._replace(
        last_name="Øre", last_name_key="ore", words=("example", "l", "lech", "ore", "x")
    )


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_what_was_rebuilt_before_a_failure_stays_and_the_next_run_does_the_rest(old: str, chains: Chains) -> None:
    package = two_at_once(chains)
    await query(old, "ALTER TABLE users ADD CONSTRAINT never CHECK (last_name_key <> 'ostby')")
    with pytest.raises(MigrationError, match=rf"{REBUILDING} failed; what it has filled stays: .*never"):
        await migrate(old, report=silent, package=package)
    assert await pending(old, package=package) == [REBUILDING]
    assert await people(old) == [*CURRENT[:2], *OLD[2:]]

    await query(old, "ALTER TABLE users DROP CONSTRAINT never")
    assert await migrate(old, report=silent, package=package) == [REBUILDING]
    assert await people(old) == CURRENT


async def test_a_run_that_is_killed_anywhere_is_completed_by_the_next(
    new_database: NewDatabase, chains: Chains
) -> None:
    """SQLite undoes everything; PostgreSQL keeps the first batch where the second was at work."""
    package, unharmed = two_at_once(chains), await new_database()
    await make_old_people(unharmed, chains)
    with statements() as heard:
        await migrate(unharmed, report=silent, package=package)
    writes = [number for number, each in enumerate(heard, 1) if each.sql.startswith("UPDATE users")]
    assert len(writes) == 2
    for number in writes:
        killed = await new_database()
        await make_old_people(killed, chains)
        assert await chains.migrating(killed, package, KILL_AFTER=str(number)) == (-9, [])
        second = number == writes[1] and "postgres" in killed
        assert await people(killed) == ([*CURRENT[:2], *OLD[2:]] if second else OLD)
        assert await migrate(killed, report=silent, package=package) == [REBUILDING]
        assert await rows(killed) == await rows(unharmed)


async def role_keys(url: str) -> dict[str, str]:
    return {row["name"]: row["name_key"] for row in await query(url, "SELECT name, name_key FROM roles")}


async def rest(url: str) -> dict[str, Any]:
    return without_keys(await rows(url))


def without_keys(found: dict[str, dict[Any, dict[str, Any]]]) -> dict[str, Any]:
    """All that keys are not made of."""
    return {
        table: {
            id: {name: value for name, value in row.items() if name not in COMPUTED.get(table, ())}
            for id, row in kept.items()
        }
        for table, kept in found.items()
        if table != "search_words"
    }
