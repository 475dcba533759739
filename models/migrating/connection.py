"""A connection of its own for migrating, beside whatever else the process has open."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException

from models.database import tortoise_config
from models.migrating.failure import MigrationError

DATABASE_ERRORS = (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException)


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite URL; None for PostgreSQL."""
    path = tortoise_config(url)["connections"]["default"]["credentials"].get("file_path")
    return None if path is None else Path(path)


@asynccontextmanager
async def connected(url: str, **options: Any) -> AsyncIterator[BaseDBAsyncClient]:
    """The client of a new connection, open. Raises MigrationError when there is no opening it."""
    _forget_statements()
    async with TortoiseContext() as context:
        await context.init(config=tortoise_config(url, **options), init_connections=False)
        client = context.connections.get("default")
        try:
            await client.create_connection(with_db=True)
        except DATABASE_ERRORS as error:
            raise MigrationError(f"the database does not open: {error}") from error
        try:
            yield client
        finally:
            _forget_statements()


def _forget_statements() -> None:
    """Tortoise keeps one INSERT for each table's name in the whole process, whatever its engine and columns were."""
    EXECUTOR_CACHE.clear()
