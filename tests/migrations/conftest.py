"""Empty databases of both kinds, and chains of migrations that a test writes itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from tests.databases import POSTGRES
from tests.migrations.chains import Chains

NewDatabase = Callable[[], Awaitable[str]]

EMPTY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    DROP SCHEMA public CASCADE; CREATE SCHEMA public"""


class PostgresDatabases:
    """Databases without tables. They are emptied and used again, for making one takes PostgreSQL a second."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.free: list[str] = []

    async def take(self) -> str:
        if self.free:
            await administer(EMPTY, self.free[-1])
            return self.free.pop()
        self.made.append(f"rollcall_test_{uuid4().hex[:12]}")
        await administer(f'CREATE DATABASE "{self.made[-1]}"')
        return self.made[-1]

    async def drop(self) -> None:
        for name in self.made:
            await administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    made = PostgresDatabases()
    yield made
    asyncio.run(made.drop())


@pytest.fixture
async def new_database(
    engine: str, tmp_path: Path, postgres_databases: PostgresDatabases
) -> AsyncIterator[NewDatabase]:
    """Makes URLs of databases in which there is nothing yet."""
    taken: list[str] = []

    async def make() -> str:
        if engine == "sqlite":
            return f"sqlite://{tmp_path}/{uuid4().hex}.db"
        taken.append(await postgres_databases.take())
        return f"{POSTGRES}/{taken[-1]}"

    yield make
    postgres_databases.free.extend(taken)


@pytest.fixture
async def empty(new_database: NewDatabase) -> str:
    return await new_database()


@pytest.fixture
def chains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chains:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Chains(tmp_path)


async def administer(statement: str, database: str = "postgres") -> None:
    connection = await asyncpg.connect(f"{POSTGRES}/{database}", timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
