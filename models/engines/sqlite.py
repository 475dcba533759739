"""SQLite: a transaction takes the write lock at once, and one that fails to begin leaves nothing locked.

Tortoise begins deferred transactions: two processes that both read and then write would fail with
"database is locked" however long they are ready to wait. And it has one connection, on which a transaction holds up
every reader: here what is read outside of transactions has others.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from models.engines.sqlite_readers import Readers
from models.engines.telling import StatementTold, Telling
from models.engines.waiting import WAIT_SECONDS
from models.unavailable import DatabaseUnavailable

NOT_THE_QUESTION = frozenset({"SQLITE_BUSY", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN"})
Result = TypeVar("Result")


class SqliteUnavailable(DatabaseUnavailable, OperationalError):
    """Another process writes for too long, the disk is full or broken, or the file may not be written."""


def judged(error: Exception) -> OperationalError:
    """The error as Tortoise has it, or SqliteUnavailable where the statement is not at fault."""
    cause = error if isinstance(error, sqlite3.OperationalError) else error.args[0] if error.args else None
    name = getattr(cause, "sqlite_errorname", None) or ""
    if "_".join(name.split("_")[:2]) in NOT_THE_QUESTION:
        return SqliteUnavailable(cause)
    return error if isinstance(error, OperationalError) else OperationalError(error)


async def answered(statement: Awaitable[Result]) -> Result:
    """What the statement gives. Raises what `judged` makes of its error."""
    try:
        return await statement
    except (OperationalError, sqlite3.OperationalError) as error:
        raise judged(error) from error


async def take(writer: asyncio.Lock) -> None:
    """The one connection that writes. Raises SqliteUnavailable where it is not free within WAIT_SECONDS."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await writer.acquire()
    except TimeoutError as error:
        raise SqliteUnavailable(f"the connection that writes was in use for {WAIT_SECONDS:g} seconds") from error


class Statements(Telling):
    """Each statement is told, and its error judged."""

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        return await self._told(query, answered(super().execute_insert(query, values)))  # type: ignore[misc]

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        await self._told(query, answered(super().execute_many(query, values)))  # type: ignore[misc]

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        return await self._told(query, answered(super().execute_query(query, values)))  # type: ignore[misc]

    async def rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """What a SELECT gives."""
        rows: list[Any] = (await self.execute_query(sql, list(values)))[1]
        return rows

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return await self._told(query, answered(super().execute_query_dict(query, values)))  # type: ignore[misc]

    async def execute_script(self, query: str) -> None:
        await self._told(query, answered(super().execute_script(query)))  # type: ignore[misc]


class ImmediateTransaction(Statements, SqliteTransactionWrapper):
    """A transaction that holds SQLite's write lock from its first moment."""

    def __init__(self, connection: SqliteClient) -> None:
        super().__init__(connection)
        self.on_statement = getattr(connection, "on_statement", None)

    async def begin(self) -> None:
        await self._told("BEGIN IMMEDIATE", answered(self._connection.execute("BEGIN IMMEDIATE")))

    async def commit(self) -> None:
        await self._told("COMMIT", answered(super().commit()))

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(ImmediateTransaction(self))


class GuardedTransactionContext(SqliteTransactionContext):
    """Leaves neither lock nor transaction nor context behind, whatever fails or is cancelled."""

    async def __aenter__(self) -> TransactionalDBClient:
        await take(self._trxlock)
        token = None
        try:
            await self.ensure_connection()
            self.token = token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            if token is not None:
                get_connections().reset(token)
            await self._leave()
            raise
        client: TransactionalDBClient = self.connection
        return client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        committed = self.connection._finalized
        try:
            if not committed and exc_type is None:
                await self.connection.commit()
                committed = True
        finally:
            get_connections().reset(self.token)
            if committed:
                self._trxlock.release()
            else:
                await self._leave()

    async def _leave(self) -> None:
        """A BEGIN that was cancelled still runs in aiosqlite's thread; the rollback is queued behind it."""
        try:
            if self.connection._connection is not None:
                await self.connection._connection.rollback()
        finally:
            self._trxlock.release()


class GuardedConnection(ConnectionWrapper[Any]):
    """The one connection that writes. Tortoise keeps the lock for good where it does not open."""

    async def __aenter__(self) -> Any:
        await take(self._lock)
        try:
            await self.ensure_connection()
        except BaseException:
            self._lock.release()
            raise
        return self.connection


class ReadingAside(SqliteClient):
    """One connection that writes, and readers beside it where the database is a file."""

    _readers: Readers | None = None

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return GuardedConnection(self._lock, self)

    async def create_connection(self, with_db: bool) -> None:
        """The readers come after it: the file is there then, and in WAL mode."""
        try:
            await super().create_connection(with_db)
        except BaseException as error:
            await super().close()
            if isinstance(error, sqlite3.OperationalError):
                raise judged(error) from error
            raise
        if self._readers is None and ":memory:" not in self.filename:
            self._readers = Readers(self.filename, self.pragmas["busy_timeout"])

    async def close(self) -> None:
        """The readers go first: the connection that is closed last tidies the file up."""
        readers, self._readers = self._readers, None
        if readers is not None:
            await readers.close()
        await super().close()

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        readers = await self._readers_of(query)
        if readers is None:
            return await super().execute_query(query, values)
        rows = await readers.read(query, values or ())
        return len(rows), rows

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> Any:
        readers = await self._readers_of(query)
        if readers is None:
            return await super().execute_query_dict(query, values)
        return list(map(dict, await readers.read(query, values or ())))

    async def _readers_of(self, query: str) -> Readers | None:
        """Whoever answers the statement if it only reads."""
        if self._connection is None:
            async with self.acquire_connection():
                pass
        return self._readers if query.startswith("SELECT") else None


class RollcallSqliteClient(Statements, ReadingAside):
    """One writer at a time: those of several processes wait for each other (`busy_timeout`, in milliseconds)."""

    def __init__(self, file_path: str, *, on_statement: StatementTold | None = None, **kwargs: Any) -> None:
        super().__init__(file_path, **{"busy_timeout": 5000, "synchronous": "NORMAL", **kwargs})
        self.on_statement = on_statement

    def _in_transaction(self) -> TransactionContext:
        return GuardedTransactionContext(ImmediateTransaction(self), self._lock)


client_class = RollcallSqliteClient
