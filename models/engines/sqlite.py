"""SQLite: a transaction takes the write lock at once, and one that fails to begin leaves nothing locked.

Tortoise begins deferred transactions: two processes that both read and then write would fail with
"database is locked" however long they are ready to wait.
"""

import sqlite3
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that holds SQLite's write lock from its first moment."""

    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class GuardedTransactionContext(SqliteTransactionContext):
    """Gives the connection's lock back when BEGIN fails or is cancelled."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        token = None
        try:
            await self.ensure_connection()
            self.token = token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            if token is not None:
                get_connections().reset(token)
            if self.connection._connection is not None and self.connection._connection.in_transaction:
                await self.connection._connection.rollback()
            self._trxlock.release()
            raise
        client: TransactionalDBClient = self.connection
        return client


class RollcallSqliteClient(SqliteClient):
    """One connection a process; writers of several processes wait for each other (`busy_timeout`)."""

    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(file_path, **{"busy_timeout": 5000, "synchronous": "NORMAL", **kwargs})

    def _in_transaction(self) -> TransactionContext:
        return GuardedTransactionContext(ImmediateTransaction(self), self._lock)


client_class = RollcallSqliteClient
