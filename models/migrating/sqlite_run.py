"""Migrating a SQLite file: all that is pending in one transaction, with a copy of the file from before."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from models.migrating.applying import apply
from models.migrating.chain import Chain
from models.migrating.connection import connected
from models.migrating.failure import MigrationError
from models.migrating.filling import notes
from models.migrating.record import applied, tables
from models.migrating.sqlite_backup import back_up
from models.migrating.sqlite_statistics import tell_planner


async def migrate_sqlite(
    url: str, file: Path, chain: Chain, report: Callable[[str], None], patience: float
) -> list[str]:
    """Waits up to `patience` seconds for whoever writes. On failure the file stays as it was, and the copy is kept."""
    await asyncio.to_thread(file.parent.mkdir, parents=True, exist_ok=True)
    # Foreign keys cannot be switched inside a transaction; where they are on, a rebuilt table loses its children.
    async with connected(url, foreign_keys="OFF", busy_timeout=round(patience * 1000)):
        try:
            async with in_transaction("default") as transaction:
                return await _apply_all(chain, transaction, file, report)
        except OperationalError as error:
            if "locked" in str(error):
                raise MigrationError(f"another process has kept {file} locked for {patience:g} seconds") from error
            raise


async def _apply_all(
    chain: Chain, transaction: BaseDBAsyncClient, file: Path, report: Callable[[str], None]
) -> list[str]:
    done = await applied(transaction)
    left = chain.after(done)
    undone = "Nothing was changed."
    if left and await tables(transaction):
        copy = await asyncio.to_thread(back_up, file, left[0].name)
        report(f"Copied the database to {copy}.")
        undone += f" There is a copy in {copy}."
    state = await chain.state(done)
    for migration in left:
        report(f"Applying {migration.name}.")
        try:
            await apply(migration, state, transaction)
            await _check_links(transaction)
            for note in notes(migration):
                report(note)
        except Exception as error:
            raise MigrationError(f"{migration.name} failed: {error}. {undone}") from error
    if left:
        await tell_planner(transaction)
    return [migration.name for migration in left]


async def _check_links(transaction: BaseDBAsyncClient) -> None:
    rows = await transaction.execute_query_dict("PRAGMA foreign_key_check")
    if rows:
        counts = Counter((row["table"], row["parent"]) for row in rows)
        lost = ", ".join(f"{count} of {table} to {parent}" for (table, parent), count in counts.items())
        raise MigrationError(f"rows point to rows that are not there ({lost})")
