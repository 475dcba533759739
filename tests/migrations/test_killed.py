"""A migration that is killed, and two processes that migrate at once."""

import asyncio

import pytest

from models.migrate import migrate, pending
from tests.migrations.catalogue import catalogue, rows
from tests.migrations.chains import CHANGE, KILL, REAL, STEPS, Chains, silent
from tests.migrations.conftest import NewDatabase
from tests.migrations.population import populate

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.mark.parametrize("step", range(len(STEPS) + 1))
async def test_a_migration_killed_at_any_step_completes_when_run_again(
    step: int, new_database: NewDatabase, chains: Chains
) -> None:
    url, unharmed = await new_database(), await new_database()
    for each in (url, unharmed):
        await migrate(each, report=silent)
    await populate(url, "models.migrations")
    before, tables = await rows(url), await catalogue(url)
    package = chains.extended(m9000_step="".join([*STEPS[:step], KILL, *STEPS[step:]]))

    assert await chains.migrating(url, package, KILL="1") == (-9, [])
    assert await pending(url, package=package) == ["m9000_step"]
    assert (await rows(url), await catalogue(url)) == (before, tables)

    assert await migrate(url, report=silent, package=package) == ["m9000_step"]
    await migrate(unharmed, report=silent, package=package)
    assert await catalogue(url) == await catalogue(unharmed)
    assert await rows(url) == before | {"users": {key: row | {"rank": 7} for key, row in before["users"].items()}}


async def test_a_killed_first_migration_completes_when_run_again(empty: str, chains: Chains) -> None:
    package = chains.extended(m9000_step=KILL)
    assert await chains.migrating(empty, package, KILL="1") == (-9, [])
    assert (await pending(empty, package=package))[-1] == "m9000_step"
    await migrate(empty, report=silent, package=package)
    assert await pending(empty, package=package) == []


async def test_of_two_processes_at_once_one_migrates_and_both_succeed(empty: str, chains: Chains) -> None:
    package = chains.extended(m9000_step=CHANGE)
    first, second = await asyncio.gather(chains.migrating(empty, package), chains.migrating(empty, package))
    assert sorted([first, second]) == [(0, []), (0, [*REAL, "m9000_step"])]
