"""Databases for tests: migrated once a run, copied for each test."""

import asyncio
import os
import shutil
from pathlib import Path
from uuid import uuid4

import asyncpg

from models.migrate import migrate

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
            await _run("TRUNCATE platforms, origin_failures CASCADE", self._postgres)
        return self.postgres_url

    @property
    def postgres_url(self) -> str:
        return f"{POSTGRES}/{self._postgres}"


async def _answers() -> bool:
    try:
        await _run("SELECT 1")
    except (OSError, asyncpg.PostgresError):
        return False
    return True


async def _run(statement: str, database: str = "postgres") -> None:
    connection = await asyncpg.connect(f"{POSTGRES}/{database}", timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
