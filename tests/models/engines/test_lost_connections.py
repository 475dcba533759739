"""PostgreSQL hangs up under a statement: one that only reads is asked once more, any other is not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from models.database import opened
from models.engines.only_reading import only_reads
from models.platform import Platform
from models.unavailable import DatabaseUnavailable
from services.clock import system_clock
from services.platforms import make_platform
from tests.databases import Databases
from tests.running import PATIENCE, free_port

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("engine", ["postgres"], indirect=True)]

PLACES = 3
COUNT = 'SELECT COUNT(*) "count" FROM "platforms"'


@dataclass
class Postgres:
    """An open database, and a second connection to it that locks a table and ends the connections that wait for it."""

    url: str
    aside: asyncpg.Connection
    told: list[str] = field(default_factory=list)
    """The statements that were tried."""

    @property
    def client(self) -> Any:
        return connections.get("default")

    async def end(self, times: int) -> None:
        """Each statement that waits, one after the other; then one more may wait, and gets what it waits for."""
        for _ in range(times):
            await self._end_what_waits()
        await self.aside.execute("COMMIT")

    async def _end_what_waits(self) -> None:
        waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        async with asyncio.timeout(PATIENCE):
            while (pid := await self.aside.fetchval(waiting)) is None:
                await self.aside.execute("SELECT pg_stat_clear_snapshot()")
        assert await self.aside.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)

    async def is_whole(self) -> bool:
        """As many transactions as there are places are open at once, and all of them end."""
        inside = asyncio.Barrier(PLACES)

        async def transaction() -> None:
            async with in_transaction() as database:
                await database.execute_query(COUNT)
                await inside.wait()

        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*[transaction() for _ in range(PLACES)])
        return self.client.lanes.in_use == 0 and self.client._pool.get_size() == PLACES


@pytest.fixture
async def postgres(engine: str, databases: Databases, tmp_path: Path) -> AsyncIterator[Postgres]:
    """With one platform, in a table that is locked."""
    url = await databases.fresh(engine, tmp_path)
    aside = await asyncpg.connect(url)
    made = Postgres(url, aside)
    async with opened(url, min_size=1, max_size=PLACES, on_statement=lambda sql, *rest: made.told.append(sql)):
        await make_platform("Acme", now=system_clock())
        await aside.execute("BEGIN")
        await aside.execute("LOCK TABLE platforms IN ACCESS EXCLUSIVE MODE")
        made.told.clear()
        yield made
    await aside.close()


async def _rows() -> Any:
    return (await connections.get("default").rows(COUNT, ()))[0][0]  # type: ignore[attr-defined]


async def _dict() -> Any:
    return (await connections.get("default").execute_query_dict(COUNT))[0]["count"]


@pytest.mark.parametrize("read", [_rows, _dict, lambda: Platform.all().count()])
async def test_a_statement_that_only_reads_is_asked_once_more(
    read: Callable[[], Awaitable[int]], postgres: Postgres
) -> None:
    answer = asyncio.ensure_future(read())
    await postgres.end(1)
    assert await answer == 1
    assert len(postgres.told) == 2
    assert await postgres.is_whole()


@pytest.mark.parametrize("read", [_rows, _dict, lambda: Platform.all().count()])
async def test_it_is_asked_twice_at_most(read: Callable[[], Awaitable[int]], postgres: Postgres) -> None:
    answer = asyncio.ensure_future(read())
    await postgres.end(2)
    with pytest.raises(DatabaseUnavailable):
        await answer
    assert len(postgres.told) == 2
    assert await postgres.is_whole()


async def test_a_statement_that_writes_is_not_done_again(postgres: Postgres) -> None:
    change = asyncio.ensure_future(Platform.all().update(name="Other"))
    await postgres.end(1)
    with pytest.raises(DatabaseUnavailable):
        await change
    assert len(postgres.told) == 1
    assert await Platform.all().values_list("name", flat=True) == ["Acme"]
    assert await postgres.is_whole()


async def test_a_select_with_a_function_that_may_write_is_not_done_again(postgres: Postgres) -> None:
    await postgres.aside.execute("COMMIT")
    await postgres.aside.execute("CREATE SEQUENCE IF NOT EXISTS times")
    await postgres.aside.execute("BEGIN; LOCK TABLE platforms IN ACCESS EXCLUSIVE MODE")
    select = "SELECT times, (SELECT COUNT(*) FROM platforms) FROM nextval('times') times"
    change = asyncio.ensure_future(connections.get("default").execute_query(select))
    await postgres.end(1)
    with pytest.raises(DatabaseUnavailable):
        await change
    assert postgres.told == [select]
    await postgres.aside.execute("DROP SEQUENCE times")


async def test_nothing_is_asked_again_inside_a_transaction(postgres: Postgres) -> None:
    async def transaction() -> None:
        async with in_transaction():
            await Platform.all().count()

    answer = asyncio.ensure_future(transaction())
    await postgres.end(1)
    with pytest.raises(DatabaseUnavailable):
        await answer
    assert len([sql for sql in postgres.told if sql.startswith("SELECT")]) == 1
    assert await postgres.is_whole()


@dataclass
class Firewall:
    """Passes everything on; what it has forgotten it cuts off when somebody next sends on it, as firewalls do."""

    to: int
    port: int = field(default_factory=free_port)
    known: set[asyncio.StreamReader] = field(default_factory=set)

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[str]:
        listening = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        yield f"127.0.0.1:{self.port}"
        listening.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, on = await asyncio.open_connection("127.0.0.1", self.to)
        self.known.add(reader)
        answers = asyncio.ensure_future(self._copy(back, writer))
        while (sent := await reader.read(65536)) and reader in self.known:
            on.write(sent)
        on.close()
        writer.close()
        await answers

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while sent := await reader.read(65536):
            writer.write(sent)


@pytest.mark.parametrize("read", [_rows, _dict])
async def test_it_is_asked_over_a_new_connection_where_all_have_ended_unnoticed(
    read: Callable[[], Awaitable[int]], engine: str, databases: Databases, tmp_path: Path
) -> None:
    url = await databases.fresh(engine, tmp_path)
    server = urlsplit(url)
    wall = Firewall(server.port or 5432)
    async with wall.passing() as place, opened(url.replace(server.netloc.rpartition("@")[2], place), max_size=PLACES):
        made = Postgres(url, None)
        assert await made.is_whole()
        wall.known.clear()
        assert await read() == 0
        assert await made.is_whole()


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        (COUNT, True),
        ('SELECT "id" FROM "users" WHERE LOWER("email") = $1 AND ("role_id" IN ($2,$3) OR NOT "x" = ANY($4))', True),
        ('SELECT "id" FROM "users" WHERE "id" = $1 FOR UPDATE SKIP LOCKED', False),
        ('SELECT "id" FROM "users" for share', False),
        ("SELECT nextval('times')", False),
        ("SELECT NEXTVAL ('times')", False),
        ("SELECT nextval/**/('times')", False),
        ("SELECT nextval--\n('times')", False),
        ("SELECT pg_catalog.\"nextval\"('times')", False),
        ("SELECT evil.count(1)", False),
        ("SELECT evil. count(1)", False),
        ("SELECT evil\n.count(1)", False),
        ('SELECT * INTO "copy" FROM "users"', False),
        ('SELECT 1; DELETE FROM "users"', False),
        ('WITH "gone" AS (DELETE FROM "users" RETURNING *) SELECT * FROM "gone"', False),
        ('UPDATE "users" SET "email" = $1', False),
    ],
)
def test_what_only_reads_is_told_strictly(sql: str, reads: bool, engine: str) -> None:
    assert only_reads(sql) is reads
