"""Brings a database to the tables of this version: what `rollcall migrate` does.

To make a new migration after a change of the models: `python -m models.migrating.making <name>`.
"""

from collections.abc import Callable
from typing import Any

from models.migrating.chain import PACKAGE, read_chain
from models.migrating.connection import DATABASE_ERRORS, connected, sqlite_file
from models.migrating.failure import MigrationError
from models.migrating.postgres_run import migrate_postgres
from models.migrating.record import applied
from models.migrating.sqlite_run import migrate_sqlite

__all__ = ["MigrationError", "migrate", "pending"]


async def migrate(
    url: str, *, report: Callable[[str], None] = print, patience: float = 600, package: str = PACKAGE
) -> list[str]:
    """Applies all pending migrations and gives their names; `report` is told each step in a sentence.

    Of several processes one migrates; the others wait, up to `patience` seconds, and find nothing to do.
    Raises MigrationError, ValueError for a URL of another kind.
    """
    if not await pending(url, package=package):
        return []
    chain, file = await read_chain(package), sqlite_file(url)
    try:
        if file is not None:
            return await migrate_sqlite(url, file, chain, report, patience)
        return await migrate_postgres(url, chain, report, patience)
    except DATABASE_ERRORS as error:
        raise MigrationError(f"the database refused: {error}") from error


async def pending(url: str, *, package: str = PACKAGE, **options: Any) -> list[str]:
    """The names of the migrations that are not applied: all of them where there is no SQLite file yet.

    Changes nothing and creates nothing; options go to the client. Raises MigrationError, ValueError as `migrate` does.
    """
    chain, file = await read_chain(package), sqlite_file(url)
    if file is not None and not file.exists():
        return [migration.name for migration in chain.migrations]
    async with connected(url, **options) as client:
        try:
            return [migration.name for migration in chain.after(await applied(client))]
        except DATABASE_ERRORS as error:
            raise MigrationError(f"the database refused: {error}") from error
