"""`python -m bench.peers`: measures, keeps what it measured in var/bench, and writes bench/RESULTS.md."""

import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from sqlite3 import sqlite_version
from typing import Annotated, Any

import typer

from bench.peers import results
from bench.peers.comparing import compare
from bench.peers.cores import QUIET, others
from bench.peers.data import Data, database_version, drop, provide
from bench.peers.machine import facts
from bench.small import adding, documents, pairs, parts, sign_ins, workers

SQLITE = f"SQLite {sqlite_version}"


def main(
    users: Annotated[int, typer.Option(min=1000, help="Users of the demo platform.")] = 100_000,
    rounds: Annotated[int, typer.Option(min=1, help="Interleaved rounds; five for results that count.")] = 5,
    seconds: Annotated[int, typer.Option(min=1, help="Of each server, page and number of connections.")] = 2,
    postgres: Annotated[str, typer.Option(help="The PostgreSQL server.")] = "postgres://postgres@127.0.0.1:5432",
    only: Annotated[
        str,
        typer.Option(
            help="Some of peers, parts, not compiled, sqlite, sign-ins, adding, workers, cold, flood, memory."
        ),
    ] = "",
    servers: Annotated[str, typer.Option(help="Of rollcall, hand-written, naive, postgraphile, yoga.")] = "",
    distinct: Annotated[int, typer.Option(help="Distinct documents before memory is looked at.")] = 100_000,
    output: Annotated[Path, typer.Option(help="Where the tables go.")] = Path("bench/RESULTS.md"),
    keep: Annotated[bool, typer.Option(help="Keep the database for the next time.")] = True,
) -> None:
    """Measures Rollcall beside its peers, and itself in other respects."""
    say: Callable[[str], None] = partial(print, flush=True)
    data = provide(postgres, users)
    chosen = [name for name in servers.split(",") if name]
    measures: dict[str, Callable[[Data], dict[str, Any]]] = {
        "peers": lambda data: compare(data, rounds=rounds, seconds=seconds, only=chosen, say=say),
        "parts": partial(parts.measure, rounds=rounds, say=say),
        "not compiled": partial(pairs.not_compiled, rounds=rounds, say=say),
        "sqlite": partial(pairs.on_sqlite, rounds=rounds, say=say),
        "sign-ins": partial(sign_ins.measure, rounds=rounds, say=say),
        "adding": partial(adding.measure, rounds=rounds, say=say),
        "workers": partial(workers.measure, rounds=rounds, say=say),
        "cold": partial(documents.cold, rounds=rounds, say=say),
        "flood": partial(documents.flood, rounds=rounds, say=say),
        "memory": partial(documents.memory, distinct=distinct, say=say),
    }
    wanted = [name for name in only.split(",") if name] or list(measures)
    for name in wanted:
        busy = others()
        found = measures[name](data)
        about = facts(database_version(data.url), SQLITE) | {
            "busy": busy,
            "preliminary": busy > QUIET or rounds < 5,
        }
        when, command = (
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            shlex.join(["python", "-m", "bench.peers", *sys.argv[1:]]),
        )
        results.remember(name, {"found": found, "when": when, "command": command, "users": users, "about": about})
    output.write_text(results.page())
    say(f"{output} is written.")
    if not keep:
        drop(data)


if __name__ == "__main__":
    typer.run(main)
