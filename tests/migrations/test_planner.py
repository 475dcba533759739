"""SQLite's planner is told the same figures in every file, for indexes that there are."""

from pathlib import Path
from uuid import uuid4

import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from models.database import opened
from models.migrating.sqlite_statistics import FIGURES, tell_planner
from models.platform import Platform
from tests.conftest import T0
from tests.databases import Databases

pytestmark = pytest.mark.anyio


async def test_every_migrated_file_has_the_figures_and_an_index_for_each(databases: Databases, tmp_path: Path) -> None:
    async with opened(await databases.fresh("sqlite", tmp_path)):
        database = connections.get("default")
        told = await database.execute_query_dict("SELECT tbl, idx, stat FROM sqlite_stat1")
        rows = await database.execute_query_dict("SELECT tbl_name, name FROM sqlite_master WHERE type = 'index'")
    figures = [(table, index, stat) for table, indexes in FIGURES.items() for index, stat in indexes.items()]
    assert sorted((row["tbl"], row["idx"], row["stat"]) for row in told) == sorted(figures)
    assert {(table, index) for table, index, _ in figures} <= {(row["tbl_name"], row["name"]) for row in rows}


async def test_what_the_planner_is_told_is_undone_with_what_was_done_before_it(
    databases: Databases, tmp_path: Path
) -> None:
    async with opened(await databases.fresh("sqlite", tmp_path)):
        await Platform.create(id=uuid4(), name="Acme", created_at=T0)
        with pytest.raises(ZeroDivisionError):
            await _told_too_soon()
        assert await Platform.all().count() == 1


async def _told_too_soon() -> None:
    async with in_transaction("default") as transaction:
        await Platform.all().delete()
        await tell_planner(transaction)
        raise ZeroDivisionError
