"""How much longer a page of 25 users takes among a million users than among a thousand: `python -m bench.scale`.

Databases that are not there are made by `rollcall demo` and kept. One process holds each database open; the runs of
all of them take turns, so that a busy moment of the machine hits all alike. Ends with 1 where a page takes more than
twice as long.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Annotated
from uuid import uuid4

import asyncpg
import typer
from rich.console import Console
from rich.table import Table

from models.database import opened
from models.session import Session
from models.user import User
from services.actor import Actor, Origin
from services.directory import list_users
from services.paging import Page, PageArguments
from services.user_query import UserOrderField, UserQuery
from services.visibility import signing_in_as

LIMIT = 2.0
PAGE = 25
WARM_UP = 10
KEY = "a-key-for-measuring-and-for-nothing-else"
ADMINISTRATOR = "admin@demo.example.org"
QUESTIONS = ("first page", "prefix s", "from the middle")

Answer = Callable[[], Awaitable[Page[User]]]


@dataclass(frozen=True)
class Database:
    """A database with a platform Demo of so many users."""

    engine: str
    users: int
    url: str


def main(
    sqlite: Annotated[Path, typer.Option(help="The folder of the SQLite files.")] = Path("var/bench"),
    postgres: Annotated[str, typer.Option(help="The PostgreSQL server; empty: none.")] = (
        "postgres://postgres@127.0.0.1:5432"
    ),
    small: Annotated[int, typer.Option(help="Users of the small databases.")] = 1_000,
    large: Annotated[int, typer.Option(help="Users of the large ones.")] = 1_000_000,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each question on each database.")] = 100,
) -> None:
    """Compares the time of the same pages on databases of two sizes, on both engines."""
    databases = [
        *[_sqlite(sqlite, users) for users in (small, large)],
        *([_postgres(postgres, users) for users in (small, large)] if postgres else []),
    ]
    for database in databases:
        _fill_if_empty(database)
    times = _measure(databases, runs)
    table, worst = _table(databases, times)
    Console().print(table)
    if worst > LIMIT:
        sys.exit(f"A page takes {worst:.2f} times as long; at most {LIMIT} is the goal.")


def _sqlite(folder: Path, users: int) -> Database:
    folder.mkdir(parents=True, exist_ok=True)
    return Database("SQLite", users, f"sqlite://{folder.resolve()}/rollcall-{users}.db")


def _postgres(server: str, users: int) -> Database:
    name = f"rollcall_bench_{users}"
    asyncio.run(_create_database(server, name))
    return Database("PostgreSQL", users, f"{server}/{name}")


async def _create_database(server: str, name: str) -> None:
    connection = await asyncpg.connect(f"{server}/postgres")
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


def _fill_if_empty(database: Database) -> None:
    """`demo` itself adds nothing where the platform is there."""
    env = os.environ | {"ROLLCALL_DATABASE_URL": database.url, "ROLLCALL_SECRET_KEY": KEY}
    for arguments in (["migrate"], ["demo", "--users", str(database.users)]):
        if subprocess.run([sys.executable, "-m", "server.cli", *arguments], env=env, check=False).returncode:
            sys.exit(f"{database.url} could not be filled.")


def _measure(databases: list[Database], runs: int) -> dict[tuple[Database, str], list[float]]:
    spawn = get_context("spawn")
    workers: dict[Database, Connection] = {}
    for database in databases:
        workers[database], theirs = spawn.Pipe()
        spawn.Process(target=_serve, args=(database.url, database.users, theirs), daemon=True).start()
    times: dict[tuple[Database, str], list[float]] = {}
    for run in range(WARM_UP + runs):
        for question in QUESTIONS:
            for database, worker in workers.items():
                worker.send(question)
                elapsed = worker.recv()
                if run >= WARM_UP:
                    times.setdefault((database, question), []).append(elapsed)
    for worker in workers.values():
        worker.send(None)
    return times


def _serve(url: str, users: int, pipe: Connection) -> None:
    asyncio.run(_answer(url, users, pipe))


async def _answer(url: str, users: int, pipe: Connection) -> None:
    """Answers each question with the milliseconds that it took; ends at None."""
    async with opened(url):
        answers = await _answers(users)
        while (question := pipe.recv()) is not None:
            began = time.perf_counter()
            page = await answers[question]()
            elapsed = 1000 * (time.perf_counter() - began)
            assert len(page.rows) == PAGE, question
            pipe.send(elapsed)


async def _answers(users: int) -> dict[str, Answer]:
    user = await signing_in_as(ADMINISTRATOR).select_related("role", "platform").get()
    now = datetime.now(UTC)
    actor = Actor(user, Session(id=uuid4(), user_id=user.id, created_at=now, last_seen_at=now), Origin())

    def page(query: UserQuery, arguments: PageArguments) -> Awaitable[Page[User]]:
        return list_users(actor, query, UserOrderField.LAST_NAME, arguments, descending=False, now=now)

    middle = await page(UserQuery(), PageArguments(first=1, offset=users // 2))
    after = PageArguments(first=PAGE, after=middle.cursor_of(middle.rows[0]))
    first = PageArguments(first=PAGE)
    asked: tuple[Answer, ...] = (
        lambda: page(UserQuery(), first),
        lambda: page(UserQuery(search="s"), first),
        lambda: page(UserQuery(), after),
    )
    return dict(zip(QUESTIONS, asked, strict=True))


def _table(databases: list[Database], times: dict[tuple[Database, str], list[float]]) -> tuple[Table, float]:
    """Medians side by side, and the largest ratio."""
    small, large = databases[0].users, databases[1].users
    table, worst = Table("engine", "page of 25", f"{small} users, ms", f"{large} users, ms", "ratio"), 0.0
    for few, many in zip(databases[::2], databases[1::2], strict=True):
        for question in QUESTIONS:
            before, after = median(times[few, question]), median(times[many, question])
            worst = max(worst, after / before)
            table.add_row(few.engine, question, f"{before:.2f}", f"{after:.2f}", f"{after / before:.2f}")
    return table, worst


if __name__ == "__main__":
    typer.run(main)
