"""`python -m bench.scale`: how much longer a page takes among a million users than among a thousand; totals too.

One process holds each database open; they take turns, so that a busy moment of the machine hits all alike. Writes
its table into bench/RESULTS.md, and ends with 1 where a page takes more than LIMIT times as long.
"""

import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import sqlite_version
from statistics import median
from typing import Annotated, Any

import typer

from bench.peers import results
from bench.peers.cores import QUIET, others
from bench.peers.data import database_version
from bench.peers.machine import facts
from bench.scale.databases import Database, fill_if_empty, postgres, sqlite
from bench.scale.questions import OTHERS, PAGES, Times, start
from bench.scale.tables import LIMIT, worst

WARM_UP = 5
SIZES = (1_000, 100_000, 1_000_000)


def main(
    folder: Annotated[Path, typer.Option(help="Of the SQLite files.")] = Path("var/bench"),
    server: Annotated[str, typer.Option(help="PostgreSQL; empty: none.")] = "postgres://postgres@127.0.0.1:5432",
    runs: Annotated[int, typer.Option(min=1, help="Runs of each page; of totals and facets, a tenth.")] = 100,
    output: Annotated[Path, typer.Option(help="Where the table goes.")] = Path("bench/RESULTS.md"),
) -> None:
    """Compares the time of the same questions on databases of three sizes, on both engines."""
    databases = [sqlite(folder, users) for users in SIZES] + [postgres(server, users) for users in SIZES if server]
    for database in databases:
        fill_if_empty(database)
    busy = others()
    found = [
        {"engine": database.engine, "users": database.users, "question": question}
        | {"median": median(whole for whole, _ in times), "database": median(asked for _, asked in times)}
        for (database, question), times in _measure(databases, runs).items()
    ]
    about: dict[str, Any] = facts(*_postgres_version(server), f"SQLite {sqlite_version}") | {
        "busy": busy,
        "preliminary": busy > QUIET,
    }
    when, command = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        shlex.join(["python", "-m", "bench.scale", *sys.argv[1:]]),
    )
    results.remember("scale", {"found": found, "when": when, "command": command, "users": max(SIZES), "about": about})
    output.write_text(results.page())
    if (ratio := worst(found)) > LIMIT:
        sys.exit(f"A page takes {ratio:.2f} times as long; at most {LIMIT} is the goal.")


def _postgres_version(server: str) -> list[str]:
    return [database_version(f"{server}/postgres")] if server else []


def _measure(databases: list[Database], runs: int) -> dict[tuple[Database, str], list[Times]]:
    workers = {database: start(database) for database in databases}
    times: dict[tuple[Database, str], list[Times]] = {}
    for run in range(WARM_UP + runs):
        for question in (*PAGES, *(OTHERS if run % 10 == 0 else ())):
            for database, worker in workers.items():
                worker.send(question)
                answered = worker.recv()
                if run >= WARM_UP:
                    times.setdefault((database, question), []).append(answered)
    for worker in workers.values():
        worker.send(None)
    return times


if __name__ == "__main__":
    typer.run(main)
