"""A migration that fails: what is left of the database, and the copy of it."""

from pathlib import Path

import pytest

from models.migrate import MigrationError, migrate, pending
from tests.migrations.catalogue import catalogue, rows
from tests.migrations.chains import CHANGE, FAIL, Chains, silent
from tests.migrations.population import populate

pytestmark = pytest.mark.anyio


async def test_a_failing_migration_changes_nothing(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent)
    await populate(empty, "models.migrations")
    before, tables = await rows(empty), await catalogue(empty)
    package = chains.extended(m9000_step=CHANGE + FAIL)
    with pytest.raises(MigrationError, match=r"m9000_step failed.*no_such_table"):
        await migrate(empty, report=silent, package=package)
    assert (await rows(empty), await catalogue(empty)) == (before, tables)
    assert await pending(empty, package=package) == ["m9000_step"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_failing_second_migration_undoes_the_first_too_on_sqlite_and_leaves_the_copy(
    empty: str, chains: Chains
) -> None:
    await migrate(empty, report=silent)
    await populate(empty, "models.migrations")
    before, tables = await rows(empty), await catalogue(empty)
    told: list[str] = []
    package = chains.extended(m9000_step=CHANGE, m9001_fail=FAIL)
    with pytest.raises(MigrationError) as caught:
        await migrate(empty, report=told.append, package=package)
    copy = f"{empty.removeprefix('sqlite://')}.before-m9000_step"
    assert told == [f"Copied the database to {copy}.", "Applying m9000_step.", "Applying m9001_fail."]
    assert str(caught.value) == (
        f"m9001_fail failed: no such table: no_such_table. Nothing was changed. There is a copy in {copy}."
    )
    assert (await rows(empty), await catalogue(empty)) == (before, tables)
    assert (await rows(f"sqlite://{copy}"), await catalogue(f"sqlite://{copy}")) == (before, tables)
    assert sorted(path.name for path in Path(copy).parent.glob("*.db*")) == [
        Path(copy).name.removesuffix(".before-m9000_step"),
        Path(copy).name,
    ]


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_failing_second_migration_keeps_the_first_on_postgresql(empty: str, chains: Chains) -> None:
    package = chains.extended(m9000_step=CHANGE, m9001_fail=FAIL)
    with pytest.raises(MigrationError, match="m9001_fail failed and was undone"):
        await migrate(empty, report=silent, package=package)
    assert await pending(empty, package=package) == ["m9001_fail"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_sqlite_file_is_copied_with_its_permissions_only_when_there_is_something_to_lose(
    empty: str, chains: Chains
) -> None:
    file = Path(empty.removeprefix("sqlite://"))
    await migrate(empty, report=silent)
    assert [path.name for path in file.parent.glob("*.before-*")] == []
    file.chmod(0o640)
    await migrate(empty, report=silent, package=chains.extended(m9000_step=CHANGE))
    copies = list(file.parent.glob("*.before-*"))
    assert [path.name for path in copies] == [f"{file.name}.before-m9000_step"]
    assert copies[0].stat().st_mode & 0o777 == 0o640
    assert await pending(f"sqlite://{copies[0]}") == []
