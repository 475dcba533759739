"""PostgreSQL: every wait has an end, and neither failure nor cancellation costs the pool a connection.

Tortoise 1.1.9 waits for a connection for ever, and keeps the pool's slot and the context variable where BEGIN fails.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, cast

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

from models.engines.lanes import Lanes
from models.engines.only_reading import only_reads
from models.engines.postgres_errors import PostgresLost, judged, judging, lost, told
from models.engines.telling import StatementTold, Telling
from models.engines.waiting import WAIT_SECONDS
from models.repeating import note_commit, persisting

COMMIT_SECONDS = 10.0

CANCELLED = (asyncio.CancelledError, GeneratorExit)


async def _within(seconds: float | None, asked: Awaitable[Any]) -> Any:
    """What the database answers. Raises TimeoutError where it does not in time."""
    async with asyncio.timeout(seconds):
        return await asked


class BoundedConnection(PoolConnectionWrapper[Any]):
    """A connection for one statement. Raises PostgresUnavailable where none is free within WAIT_SECONDS."""

    client: "RollcallPostgresClient"

    async def __aenter__(self) -> Any:
        with judging():
            if self.client._pool is None:
                async with asyncio.timeout(WAIT_SECONDS):
                    await self.ensure_connection()
            self.connection = await self.client.lanes.take(self.client._pool)
        return self.connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        if exc_type is None:
            self.client.lanes.give(self.connection)
        else:
            await self.client.lanes.lose(self.client._pool, self.connection, ended=lost(exc_val))


class RollcallTransaction(Telling, TransactionWrapper):
    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.on_statement, self.answer_seconds = connection.on_statement, connection.answer_seconds

    async def rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """What a SELECT gives inside the transaction."""
        rows: list[Any] = (await self.execute_query(sql, list(values)))[1]
        return rows

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        with judging():
            asked = super()._translate_exceptions(partial(judged, func), *args, **kwargs)
            return await self._told(args[0] if args else "BEGIN", _within(self.answer_seconds, asked))

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(RollcallTransaction(self))

    async def commit(self) -> None:
        with judging():
            await _within(self.answer_seconds, super().commit())

    async def rollback(self) -> None:
        with judging():
            await _within(self.answer_seconds, super().rollback())


class GuardedTransactionContext(TransactionContextPooled):
    """Leaves neither a connection, a transaction nor the context variable behind, whatever fails or is cancelled."""

    async def __aenter__(self) -> TransactionalDBClient:
        wrapper = BoundedConnection(self._parent, self._pool_init_lock)
        self.client._connection = await wrapper.__aenter__()
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            with judging():
                async with asyncio.timeout(WAIT_SECONDS):
                    await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await self._lose()
            raise
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        """A caller that is cancelled meanwhile leaves at once; the transaction ends nonetheless."""
        get_connections().reset(self.token)
        ending = asyncio.ensure_future(self._end(failed=exc_type is not None))
        ending.add_done_callback(_heard)
        await asyncio.shield(ending)

    async def _end(self, *, failed: bool) -> None:
        try:
            if not self.client._finalized:
                await (self._roll_back() if failed else self._commit())
        except BaseException:
            await self._lose()
            raise
        if _out_of_transaction(self.client._connection):
            self._parent.lanes.give(self.client._connection)
        else:
            await self._lose()

    async def _lose(self) -> None:
        await self._parent.lanes.lose(self._parent._pool, self.client._connection)

    @property
    def _parent(self) -> "RollcallPostgresClient":
        return cast("RollcallPostgresClient", self.client._parent)

    async def _commit(self) -> None:
        with judging():
            async with asyncio.timeout(COMMIT_SECONDS):
                await self.client.commit()
        note_commit()

    async def _roll_back(self) -> None:
        """What cannot be rolled back in time ends with its connection; the first failure is what the caller hears."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self.client.rollback()
        except Exception:
            with suppress(asyncpg.InterfaceError):  # dead already, and no longer ours
                self.client._connection.terminate()


def _heard(ending: "asyncio.Future[None]") -> None:
    """Whoever has left does not ask how it ended; asyncio would call that an exception that nobody retrieved."""
    if not ending.cancelled():
        ending.exception()


def _out_of_transaction(connection: Any) -> bool:
    with suppress(asyncpg.InterfaceError):  # dead already, and no longer ours
        return not connection.is_in_transaction()
    return False


class RollcallPostgresClient(Telling, AsyncpgDBClient):
    """A pool of connections. Raises PostgresUnavailable where none is free, and where the server is to blame.

    `on_conflict` is told of each PostgresConflict whether it was `repeated` or `given up`. `answer_seconds` is how long
    a statement may take, but for `rows`.
    """

    _pool: Any

    def __init__(
        self,
        *args: Any,
        on_statement: StatementTold | None = None,
        on_conflict: Callable[[str], None] | None = None,
        answer_seconds: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.on_statement, self.on_conflict = on_statement, on_conflict
        self.answer_seconds = answer_seconds
        self.lanes = Lanes()

    async def rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """What a SELECT by itself gives: what `execute_query` does, in fewer steps. Whoever asks has a time limit.

        It must do nothing but read: where its connection ends under it, it is asked once more.
        """
        try:
            return await persisting(partial(self._rows, sql, values))
        except PostgresLost:
            await self.lanes.renew(self._pool)
            return await persisting(partial(self._rows, sql, values))

    async def _rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        started, raised = time.perf_counter(), None
        connection = self.lanes.at_hand()
        try:
            if connection is None:
                connection = await BoundedConnection(self, self._pool_init_lock).__aenter__()
            rows: list[Any] = await connection.fetch(sql, *values)
        except BaseException as error:
            if connection is not None:
                await self.lanes.lose(self._pool, connection, ended=lost(error))
            raised = told(error)
            if raised is error:
                raise
            raise raised from error
        else:
            self.lanes.give(connection)
            return rows
        finally:
            if self.on_statement is not None and not isinstance(raised, CANCELLED):
                self.on_statement(sql, time.perf_counter() - started, raised)

    async def _close(self) -> None:
        if self._pool is not None:
            await self.lanes.clear(self._pool, WAIT_SECONDS)
        await super()._close()

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        return BoundedConnection(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return GuardedTransactionContext(RollcallTransaction(self), self._pool_init_lock)

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        """A statement by itself is a transaction, so it can be repeated whatever it is where that was undone.

        Where its connection ends under it, it is asked once more if it did nothing but read.
        """
        sql: str = args[0] if args else kwargs["query"]
        try:
            result = await persisting(partial(self._ask, func, *args, **kwargs))
        except PostgresLost:
            if not only_reads(sql):
                raise
            await self.lanes.renew(self._pool)
            result = await persisting(partial(self._ask, func, *args, **kwargs))
        if not sql.startswith("SELECT"):
            note_commit()
        return result

    async def _ask(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        with judging():
            asked = super()._translate_exceptions(partial(judged, func), *args, **kwargs)
            return await self._told(args[0] if args else kwargs["query"], _within(self.answer_seconds, asked))


client_class = RollcallPostgresClient
