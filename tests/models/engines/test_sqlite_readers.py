"""SQLite: what is read outside of a transaction waits for no writer, and every reader survives whoever gives up."""

import asyncio
import gc
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from models.database import opened
from models.engines.sqlite_readers import READERS
from models.platform import Platform
from models.unavailable import DatabaseUnavailable
from services.platforms import make_platform
from tests.conftest import T0
from tests.databases import Databases
from tests.running import PATIENCE

pytestmark = pytest.mark.anyio

NUMBERS = 300_000
SLOW = f"""SELECT count(*) FROM (
  WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT {NUMBERS}) SELECT i FROM n
)"""
ENDLESS = """SELECT count(*) FROM (
  WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n
)"""


@pytest.fixture
async def file(databases: Databases, tmp_path: Path) -> AsyncIterator[Path]:
    """The file of an empty, migrated database, which this process is connected to."""
    url = await databases.fresh("sqlite", tmp_path)
    async with opened(url):
        yield Path(url.removeprefix("sqlite://"))


async def platforms() -> int:
    return await asyncio.wait_for(Platform.all().count(), PATIENCE)


async def test_a_read_does_not_wait_for_a_transaction_and_sees_what_it_commits(file: Path) -> None:
    written, may_end = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with in_transaction():
            await make_platform("Acme", now=T0)
            written.set()
            await may_end.wait()

    writer = asyncio.create_task(write())
    await written.wait()
    try:
        assert await platforms() == 0
    finally:
        may_end.set()
        await writer
    assert await platforms() == 1


async def test_a_read_does_not_wait_for_a_writer_that_stands_still(file: Path) -> None:
    await make_platform("Acme", now=T0)
    standing, may_go_on = threading.Event(), threading.Event()

    def stand_still() -> None:
        standing.set()
        may_go_on.wait()

    frozen = asyncio.create_task(connections.get("default")._connection._execute(stand_still))
    await asyncio.to_thread(standing.wait)
    try:
        assert await platforms() == 1
    finally:
        may_go_on.set()
        await frozen


async def test_a_read_does_not_wait_for_the_transaction_of_another_process(file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM platforms")
    assert await platforms() == 0
    other.close()


async def test_a_read_in_a_transaction_sees_what_it_has_written(file: Path) -> None:
    async with in_transaction():
        await make_platform("Acme", now=T0)
        assert await platforms() == 1


async def interrupt(queries: list[asyncio.Task[Any]]) -> None:
    """Ends them. A query that has not begun yet is interrupted as soon as it has."""
    async with asyncio.timeout(PATIENCE):
        while not all(query.done() for query in queries):
            for each in gc.get_objects():
                if isinstance(each, sqlite3.Connection):
                    with suppress(sqlite3.ProgrammingError):  # it is closed
                        each.interrupt()
            await asyncio.sleep(0)


async def test_a_read_does_not_wait_for_slow_ones(file: Path) -> None:
    database = connections.get("default")
    slow = [asyncio.create_task(database.execute_query(ENDLESS)) for _ in range(READERS - 1)]
    await asyncio.sleep(0)
    try:
        _, rows = await asyncio.wait_for(database.execute_query("SELECT 1 AS one"), PATIENCE)
        assert not any(task.done() for task in slow)
    finally:
        await interrupt(slow)
    assert [row["one"] for row in rows] == [1]
    assert [str(task.exception()) for task in slow] == ["interrupted"] * (READERS - 1)


async def test_reads_that_are_given_up_leave_every_reader_behind(file: Path) -> None:
    database = connections.get("default")
    given_up = [asyncio.create_task(database.execute_query(SLOW)) for _ in range(3 * READERS)]
    await asyncio.sleep(0)
    for task in given_up:
        task.cancel()
    await asyncio.gather(*given_up, return_exceptions=True)
    assert all(task.cancelled() for task in given_up)
    counts = [asyncio.wait_for(database.execute_query(SLOW), PATIENCE) for _ in range(READERS)]
    assert [rows[0][0] for _, rows in await asyncio.gather(*counts)] == [NUMBERS] * READERS


@pytest.mark.parametrize("read_before", [False, True])
async def test_a_file_that_cannot_be_opened_is_unavailable_and_later_it_is_not(file: Path, read_before: bool) -> None:
    """Neither by the connection that writes, which is opened first, nor by a reader."""
    if read_before:
        await connections.get("default").create_connection(with_db=True)
    away = shutil.move(file.parent, file.parent.with_name("away"))
    with pytest.raises(DatabaseUnavailable, match="unable to open database file"):
        await platforms()
    shutil.move(away, file.parent)
    assert await platforms() == 0


async def test_readers_may_not_write(file: Path) -> None:
    assert await platforms() == 0
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await connections.get("default")._readers.read("DELETE FROM platforms", ())


async def test_closing_leaves_neither_a_thread_nor_a_log_of_changes_behind(
    databases: Databases, tmp_path: Path
) -> None:
    async with opened(await databases.fresh("sqlite", tmp_path)):
        await make_platform("Acme", now=T0)
        await asyncio.gather(*[platforms() for _ in range(2 * READERS)])
        readers = [thread for thread in threading.enumerate() if thread.name.startswith("sqlite-reader")]
        assert len(readers) == READERS
    for thread in readers:
        thread.join(PATIENCE)
    assert [thread.is_alive() for thread in readers] == [False] * READERS
    assert [path.name for path in tmp_path.iterdir()] == ["rollcall.db"]


async def test_a_database_in_memory_has_one_connection_for_all() -> None:
    async with opened("sqlite://:memory:"):
        database = connections.get("default")
        await database.execute_query("CREATE TABLE words (word TEXT)")
        await database.execute_query("INSERT INTO words VALUES ('ada')")
        assert await database.execute_query_dict("SELECT word FROM words") == [{"word": "ada"}]
