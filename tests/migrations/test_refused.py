"""Databases and chains that cannot be migrated, and what the person is told."""

from pathlib import Path

import pytest

from models.migrate import MigrationError, migrate, pending
from tests.migrations.chains import CHANGE, FAIL, REAL, Chains, silent

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_missing_folder_is_made_and_asking_what_is_pending_makes_nothing(tmp_path: Path, engine: str) -> None:
    url = f"sqlite://{tmp_path}/new/folder/rollcall.db"
    assert await pending(url) == REAL
    assert not (tmp_path / "new").exists()
    assert await migrate(url, report=silent) == REAL


async def test_a_database_of_a_newer_version_is_left_alone(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent, package=chains.extended(m9000_step=CHANGE))
    assert await migrate(empty, report=silent) == []
    with pytest.raises(MigrationError, match="m9000_step.*lacks m9000_other: it belongs to another version"):
        await migrate(empty, report=silent, package=chains.extended(m9000_other=CHANGE))


async def test_a_migration_that_is_no_transaction_is_refused(empty: str, chains: Chains) -> None:
    package = chains.extended(m9000_step=FAIL + "]; atomic = False; ignored = [")
    with pytest.raises(MigrationError, match="m9000_step is not atomic"):
        await migrate(empty, report=silent, package=package)


async def test_two_migrations_that_both_come_last_are_refused(empty: str, chains: Chains) -> None:
    package = chains.extended(m9000_step=FAIL)
    text = (chains.folder / package / "m9000_step.py").read_text()
    (chains.folder / package / "m9001_step.py").write_text(text)
    with pytest.raises(MigrationError, match="m9000_step and m9001_step both come last"):
        await migrate(empty, report=silent, package=package)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_database_that_does_not_exist_is_a_plain_error(empty: str) -> None:
    with pytest.raises(MigrationError, match="the database does not open: .*no_such_database"):
        await migrate(f"{empty.rsplit('/', 1)[0]}/no_such_database", report=silent)


async def test_a_file_that_is_no_database_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ada, " * 100)
    with pytest.raises(MigrationError, match="the database does not open: file is not a database"):
        await migrate(f"sqlite://{tmp_path}/letter.txt", report=silent)
