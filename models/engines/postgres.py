"""PostgreSQL: a transaction that fails to begin, or is cancelled while beginning, gives its connection back."""

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections


class GuardedTransactionContext(TransactionContextPooled):
    """Tortoise 1.1.9 keeps the pool's slot and the context variable when BEGIN does not succeed."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool: asyncpg.Pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await pool.release(self.client._connection)
            raise
        return self.client


class RollcallPostgresClient(AsyncpgDBClient):
    """A pool of connections; see `GuardedTransactionContext`."""

    def _in_transaction(self) -> TransactionContext:
        return GuardedTransactionContext(TransactionWrapper(self), self._pool_init_lock)


client_class = RollcallPostgresClient
