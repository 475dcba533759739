"""Databases of a platform of so many users; those that are not there are made by `rollcall demo`, and kept."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from bench.peers.data import create, execute, rollcall


@dataclass(frozen=True)
class Database:
    """A database with a platform Demo of so many users."""

    engine: str
    users: int
    url: str


def sqlite(folder: Path, users: int) -> Database:
    folder.mkdir(parents=True, exist_ok=True)
    return Database("SQLite", users, f"sqlite://{folder.resolve()}/rollcall-{users}.db")


def postgres(server: str, users: int) -> Database:
    name = f"rollcall_bench_{users}"
    asyncio.run(create(server, name))
    return Database("PostgreSQL", users, f"{server}/{name}")


def fill_if_empty(database: Database) -> None:
    """`demo` itself adds nothing where the platform is there. Raises SystemExit where it cannot be filled."""
    rollcall(database.url, "migrate")
    rollcall(database.url, "demo", "--users", str(database.users))
    if database.engine == "PostgreSQL":
        execute(database.url, "VACUUM ANALYZE")
