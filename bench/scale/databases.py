"""Databases of a platform of so many users; those that are not there are made by `rollcall demo`, and kept."""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg

KEY = "a-key-for-measuring-and-for-nothing-else"


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
    asyncio.run(_create(server, name))
    return Database("PostgreSQL", users, f"{server}/{name}")


def fill_if_empty(database: Database) -> None:
    """`demo` itself adds nothing where the platform is there. Raises SystemExit where it cannot be filled."""
    env = os.environ | {"ROLLCALL_DATABASE_URL": database.url, "ROLLCALL_SECRET_KEY": KEY}
    for arguments in (["migrate"], ["demo", "--users", str(database.users)]):
        if subprocess.run([sys.executable, "-m", "server.cli", *arguments], env=env, check=False).returncode:
            sys.exit(f"{database.url} could not be filled.")
    if database.engine == "PostgreSQL":
        asyncio.run(_execute(database.url, "VACUUM ANALYZE"))


async def _create(server: str, name: str) -> None:
    connection = await asyncpg.connect(f"{server}/postgres")
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
