"""Migrating PostgreSQL: one process at a time, and never long in the way of those who serve."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.migration import Migration
from tortoise.migrations.schema_generator.state import State
from tortoise.transactions import in_transaction

from models.engines.postgres_errors import PostgresUnavailable
from models.migrating.applying import apply
from models.migrating.building_ahead import build_ahead, indexes_ahead
from models.migrating.chain import Chain
from models.migrating.connection import connected
from models.migrating.failure import MigrationError
from models.migrating.filling import BatchOperation, fills, notes
from models.migrating.record import applied

LOCK = int.from_bytes(b"rollcall")
"""The advisory lock's key, the same in every version."""

ASKING_SECONDS = 0.2
PAUSES = (1, 2, 4, 8)
"""Seconds between tries for a table's lock, so that waiting requests get through meanwhile."""

MET_A_LOCK = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
LOCAL_LIMITS = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = 0"

Result = TypeVar("Result")


async def migrate_postgres(url: str, chain: Chain, report: Callable[[str], None], patience: float) -> list[str]:
    """Waits up to `patience` seconds for another migrating process.

    Each migration is one transaction; batches of rows, and indexes, go ahead of it.
    """
    # One connection holds the lock, one migrates.
    async with (
        connected(url, min_size=1, max_size=2) as client,
        client.acquire_connection() as keeper,
    ):
        await _turn(keeper, patience)
        return await _apply_all(chain, client, report)


async def _turn(keeper: asyncpg.Connection, patience: float) -> None:
    """Asks again and again: an index that the other process builds waits for whoever waits in a statement."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while not await keeper.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
        if loop.time() >= until:
            raise MigrationError(f"another process has been migrating for {patience:g} seconds")
        await asyncio.sleep(min(ASKING_SECONDS, patience))


async def _apply_all(chain: Chain, client: BaseDBAsyncClient, report: Callable[[str], None]) -> list[str]:
    done = await applied(client)
    left = chain.after(done)
    state = await chain.state(done)
    for migration in left:
        filling, indexing = fills(migration), indexes_ahead(migration)
        report(f"Applying {migration.name}.")
        try:
            await _fill_ahead(migration.name, filling, state, report)
            for index in indexing:
                await build_ahead(index, client, state)
            state = await _apply(migration, state, report)
            for note in notes(migration):
                report(note)
        except Exception as error:
            ahead = "filled" if filling else "built" if indexing else None
            left_behind = f"; what it has {ahead} stays" if ahead else " and was undone"
            raise MigrationError(f"{migration.name} failed{left_behind}: {error}") from error
    return [migration.name for migration in left]


async def _fill_ahead(name: str, filling: list[BatchOperation], state: State, report: Callable[[str], None]) -> None:
    for fill in filling:
        last = None
        while True:
            some = partial(fill.fill_some, state=state, last=last)
            last = await _patiently(some, name, report)
            if last is None:
                break


async def _apply(migration: Migration, state: State, report: Callable[[str], None]) -> State:
    """The state after the migration; each try begins with a copy of the state before."""

    async def attempt(transaction: BaseDBAsyncClient) -> State:
        after = state.clone()
        await apply(migration, after, transaction)
        return after

    return await _patiently(attempt, migration.name, report)


async def _patiently(
    act: Callable[[BaseDBAsyncClient], Awaitable[Result]], name: str, report: Callable[[str], None]
) -> Result:
    """What `act` gives in a transaction of its own, which is tried len(PAUSES) + 1 times."""
    for pause in (*PAUSES, None):
        try:
            async with in_transaction("default") as transaction:
                await transaction.execute_script(LOCAL_LIMITS)
                return await act(transaction)
        except PostgresUnavailable as error:
            if pause is None or not isinstance(error.__cause__, MET_A_LOCK):
                raise
            report(f"{name} met a lock and was undone; the next try is in {pause} s.")
            await asyncio.sleep(pause)
    raise AssertionError("the last try returns or raises")
