"""PostgreSQL connections kept at hand between statements: asyncpg starts a task for each one that its pool takes back,
which costs more than a short statement does.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import asyncpg

GIVING_BACK_SECONDS = 2.0


class Lanes:
    """Connections of the pool that nobody uses just now. Whoever waits for one gets it by way of the pool."""

    def __init__(self) -> None:
        self._idle: list[Any] = []
        self._waiting = 0

    def __len__(self) -> int:
        return len(self._idle)

    def take(self) -> Any | None:
        """A connection at hand that is alive; None where there is none."""
        while self._idle:
            connection = self._idle.pop()
            with suppress(asyncpg.InterfaceError):  # ended meanwhile: the pool has its place back
                if not connection.is_closed():
                    return connection
        return None

    async def taken(self, acquire: Callable[[], Awaitable[Any]]) -> Any:
        """A connection at hand, or one of the pool when it has one."""
        connection = self.take()
        if connection is not None:
            return connection
        self._waiting += 1
        try:
            return await acquire()
        finally:
            self._waiting -= 1

    async def fetch(self, pool: asyncpg.Pool, connection: Any, sql: str, values: Sequence[Any]) -> list[Any]:
        """Asks with a connection that was taken, and keeps it at hand if all went well and nobody waits."""
        try:
            rows: list[Any] = await connection.fetch(sql, *values)
        except BaseException:
            await given_back(pool, connection)
            raise
        if self._waiting:
            await given_back(pool, connection)
        else:
            self._idle.append(connection)
        return rows

    async def clear(self, pool: asyncpg.Pool) -> None:
        while self._idle:
            await given_back(pool, self._idle.pop())


async def given_back(pool: asyncpg.Pool, connection: Any) -> None:
    """asyncpg ends a connection that cannot be cleaned in time, and opens another when it is needed."""
    with suppress(Exception):
        await pool.release(connection, timeout=GIVING_BACK_SECONDS)
