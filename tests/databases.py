"""Databases for tests: migrated once a run, copied for each test."""

import asyncio
import os
import shutil
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from models.engines import lanes, postgres, sqlite
from models.migrate import migrate
from tests.running import PATIENCE

CONNECTING_SECONDS = 30
"""What a busy machine may take; a missing server refuses at once."""

LARGE = 1024 * 1024
"""Bytes of a table; above that, what its deleted rows leave behind makes it slow."""

TABLES = """
SELECT array_agg(relname::text) AS names, max(pg_relation_size(oid)) AS largest FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'tortoise_migrations'
"""

POSTGRES = os.environ.get("ROLLCALL_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432")


class Databases:
    """Templates of both kinds. A PostgreSQL database is emptied and reused; a SQLite file is copied."""

    _answers: bool | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sqlite: Path | None = None
        self._postgres: str | None = None

    @classmethod
    def postgres_answers(cls) -> bool:
        if cls._answers is None:
            cls._answers = asyncio.run(_answers())
        return cls._answers

    async def fresh(self, engine: str, folder: Path) -> str:
        return await (self._fresh_postgres() if engine == "postgres" else self._fresh_sqlite(folder))

    def drop(self) -> None:
        if self._postgres is not None:
            asyncio.run(_run(f'DROP DATABASE IF EXISTS "{self._postgres}" WITH (FORCE)'))

    async def _fresh_sqlite(self, folder: Path) -> str:
        if self._sqlite is None:
            self._sqlite = self._folder / "template.db"
            await migrate(f"sqlite://{self._sqlite}", report=lambda line: None)
        copy = folder / "rollcall.db"
        for suffix in ("", "-wal"):
            source = self._sqlite.with_name(self._sqlite.name + suffix)
            if source.exists():
                shutil.copy(source, copy.with_name(copy.name + suffix))
        return f"sqlite://{copy}"

    async def _fresh_postgres(self) -> str:
        if self._postgres is None:
            self._postgres = f"rollcall_test_{uuid4().hex[:12]}"
            await _run(f'CREATE DATABASE "{self._postgres}" TEMPLATE template0')
            await _run(f'ALTER DATABASE "{self._postgres}" SET synchronous_commit = off')
            await migrate(self.postgres_url, report=lambda line: None)
        else:
            await _empty(self._postgres)
        return self.postgres_url

    @property
    def postgres_url(self) -> str:
        return f"{POSTGRES}/{self._postgres}"


def wait_patiently(patch: pytest.MonkeyPatch) -> None:
    """Those of this process who want one connection at once wait as long as a busy machine needs, not two seconds."""
    for module in (lanes, postgres, sqlite):
        patch.setattr(module, "WAIT_SECONDS", PATIENCE)


async def _answers() -> bool:
    try:
        await _run("SELECT 1")
    except (OSError, asyncpg.PostgresError):
        return False
    return True


async def _empty(database: str) -> None:
    """Deletes all rows. TRUNCATE makes every table's and index's file anew, which takes a hundred times as long."""
    connection = await _connected(database)
    try:
        tables = await connection.fetchrow(TABLES)
        if tables["largest"] > LARGE:
            await connection.execute(f"TRUNCATE {', '.join(tables['names'])}")
            return
        await connection.execute("SET session_replication_role = replica")  # deletes in any order of the tables
        await connection.execute("; ".join(f"DELETE FROM {name}" for name in tables["names"]))
    finally:
        await connection.close()


async def _run(statement: str, database: str = "postgres") -> None:
    connection = await _connected(database)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _connected(database: str) -> asyncpg.Connection:
    return await asyncpg.connect(f"{POSTGRES}/{database}", timeout=CONNECTING_SECONDS)
