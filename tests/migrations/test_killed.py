"""A migration that is killed, and two processes that migrate at once."""

import asyncio
import os
import sys
from pathlib import Path

import anyio
import pytest

from models.migrate import migrate, pending
from tests.migrations.catalogue import catalogue, rows
from tests.migrations.chains import CHANGE, KILL, REAL, STEPS, Chains, silent
from tests.migrations.conftest import NewDatabase
from tests.migrations.population import populate

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.anyio


async def migrating(url: str, package: str, chains: Chains, **environment: str) -> tuple[int, list[str]]:
    """Migrates in a process of its own; gives how it ended and the names that it printed."""
    paths = {"PYTHONPATH": f"{ROOT}{os.pathsep}{chains.folder}"}
    program = [sys.executable, "-m", "tests.migrations.migrating_process", url, package]
    ended = await anyio.run_process(program, check=False, env=os.environ | paths | environment, cwd=ROOT)
    return ended.returncode, ended.stdout.decode().split()


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

    assert await migrating(url, package, chains, KILL="1") == (-9, [])
    assert await pending(url, package=package) == ["m9000_step"]
    assert (await rows(url), await catalogue(url)) == (before, tables)

    assert await migrate(url, report=silent, package=package) == ["m9000_step"]
    await migrate(unharmed, report=silent, package=package)
    assert await catalogue(url) == await catalogue(unharmed)
    assert await rows(url) == before | {"users": {key: row | {"rank": 7} for key, row in before["users"].items()}}


async def test_a_killed_first_migration_completes_when_run_again(empty: str, chains: Chains) -> None:
    package = chains.extended(m9000_step=KILL)
    assert await migrating(empty, package, chains, KILL="1") == (-9, [])
    assert (await pending(empty, package=package))[-1] == "m9000_step"
    await migrate(empty, report=silent, package=package)
    assert await pending(empty, package=package) == []


async def test_of_two_processes_at_once_one_migrates_and_both_succeed(empty: str, chains: Chains) -> None:
    package = chains.extended(m9000_step=CHANGE)
    first, second = await asyncio.gather(migrating(empty, package, chains), migrating(empty, package, chains))
    assert sorted([first, second]) == [(0, []), (0, [*REAL, "m9000_step"])]
