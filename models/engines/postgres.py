"""PostgreSQL: every wait has an end, and neither failure nor cancellation costs the pool a connection.

Tortoise 1.1.9 waits for a connection for ever, and keeps the pool's slot and the context variable where BEGIN fails.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from models.unavailable import DatabaseUnavailable

WAIT_SECONDS = 2.0
"""For a connection of the pool, for BEGIN, for a rollback, for giving a connection back."""

COMMIT_SECONDS = 10.0

NOT_THE_QUESTION = (
    OSError,  # TimeoutError too
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,  # shutting down, starting up, out of time
    asyncpg.exceptions.InsufficientResourcesError,  # connections, disk, memory
    asyncpg.exceptions.ObjectNotInPrerequisiteStateError,  # lock_timeout
    asyncpg.exceptions.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.exceptions.TransactionRollbackError,  # a deadlock; a conflict where transactions are serializable
    asyncpg.InternalClientError,  # what asyncpg says of a connection whose end it has not noticed yet
)


class PostgresUnavailable(DatabaseUnavailable, OperationalError):
    """The server is gone, starting, full or read-only, or something took too long."""


@contextmanager
def judging() -> Iterator[None]:
    """Turns what is not the statement's fault into PostgresUnavailable."""
    try:
        yield
    except asyncpg.InterfaceError as error:
        if "closed" not in str(error) and "closing" not in str(error):
            raise
        raise PostgresUnavailable(str(error)) from error
    except NOT_THE_QUESTION as error:
        raise PostgresUnavailable(f"{type(error).__name__}: {error}") from error


async def judged(func: Any, *args: Any, **kwargs: Any) -> Any:
    """Before Tortoise translates: it takes a read-only database for a wrong use of transactions."""
    with judging():
        return await func(*args, **kwargs)


async def given_back(pool: asyncpg.Pool, connection: Any) -> None:
    """asyncpg ends a connection that cannot be cleaned in time, and opens another when it is needed."""
    with suppress(Exception):
        await pool.release(connection, timeout=WAIT_SECONDS)


class BoundedConnection(PoolConnectionWrapper[Any]):
    """A connection for one statement. Raises PostgresUnavailable where none is free within WAIT_SECONDS."""

    async def __aenter__(self) -> Any:
        with judging():
            async with asyncio.timeout(WAIT_SECONDS):
                await self.ensure_connection()
                self.connection = await self.client._pool.acquire()
        return self.connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        await given_back(self.client._pool, self.connection)


class RollcallTransaction(TransactionWrapper):
    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        with judging():
            return await super()._translate_exceptions(partial(judged, func), *args, **kwargs)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(RollcallTransaction(self))

    async def commit(self) -> None:
        with judging():
            await super().commit()

    async def rollback(self) -> None:
        with judging():
            await super().rollback()


class GuardedTransactionContext(TransactionContextPooled):
    """Leaves neither a connection, a transaction nor the context variable behind, whatever fails or is cancelled."""

    async def __aenter__(self) -> TransactionalDBClient:
        wrapper = BoundedConnection(self.client._parent, self._pool_init_lock)
        self.client._connection = await wrapper.__aenter__()
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            with judging():
                async with asyncio.timeout(WAIT_SECONDS):
                    await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await given_back(self.client._parent._pool, self.client._connection)
            raise
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        """A caller that is cancelled meanwhile leaves at once; the transaction ends nonetheless."""
        get_connections().reset(self.token)
        await asyncio.shield(self._end(failed=exc_type is not None))

    async def _end(self, *, failed: bool) -> None:
        try:
            if not self.client._finalized:
                await (self._roll_back() if failed else self._commit())
        finally:
            await given_back(self.client._parent._pool, self.client._connection)

    async def _commit(self) -> None:
        with judging():
            async with asyncio.timeout(COMMIT_SECONDS):
                await self.client.commit()

    async def _roll_back(self) -> None:
        """What cannot be rolled back in time ends with its connection; the first failure is what the caller hears."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self.client.rollback()
        except Exception:
            with suppress(asyncpg.InterfaceError):  # dead already, and no longer ours
                self.client._connection.terminate()


class RollcallPostgresClient(AsyncpgDBClient):
    """A pool of connections. Raises PostgresUnavailable where none is free, and where the server is to blame."""

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        return BoundedConnection(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return GuardedTransactionContext(RollcallTransaction(self), self._pool_init_lock)

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        with judging():
            return await super()._translate_exceptions(partial(judged, func), *args, **kwargs)


client_class = RollcallPostgresClient
