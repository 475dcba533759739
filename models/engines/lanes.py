"""The connections of a pool, kept at hand between statements, and the queue of those who wait for one.

asyncpg starts a task for each connection that its pool takes back, which costs more than a short statement does. Here
the pool only makes connections, and ends those of which nobody knows what state they are in.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

import asyncpg

from models.engines.waiting import WAIT_SECONDS

GIVING_BACK_SECONDS = 2.0
IDLE_SECONDS = 300.0
"""After which a connection that nobody needs is ended; as asyncpg's pool has it for its own."""


class Lanes:
    """At most so many as the pool has places; whoever waits longest is next."""

    def __init__(self) -> None:
        self.in_use = 0
        """By somebody, or being made."""
        self._at_hand: list[tuple[Any, float]] = []
        """With the moment since when; the one given back last is taken first."""
        self._waiting: deque[asyncio.Future[Any]] = deque()

    def at_hand(self) -> Any | None:
        """A connection that is alive, taken; None where there is none just now. Whoever takes one gives it back."""
        while self._at_hand:
            connection, _ = self._at_hand.pop()
            if _alive(connection):
                self.in_use += 1
                return connection
        return None

    async def take(self, pool: asyncpg.Pool) -> Any:
        """A connection, taken: one at hand, a new one, or the next that somebody gives back.

        Raises TimeoutError where there is none within WAIT_SECONDS.
        """
        connection, until = self.at_hand(), asyncio.get_running_loop().time() + WAIT_SECONDS
        if connection is None and self.in_use < pool.get_max_size():
            self.in_use += 1
        elif connection is None:
            connection = await self._turn(until)
        if connection is not None and _alive(connection):
            return connection
        try:
            async with asyncio.timeout_at(until):
                return await pool.acquire()
        except BaseException:
            self._pass_on(None)
            raise

    def give(self, connection: Any) -> None:
        """Back, after a statement or transaction that went well."""
        self._pass_on(connection)

    async def lose(self, pool: asyncpg.Pool, connection: Any, *, ended: bool = False) -> None:
        """Back to the pool, which ends a connection that cannot be cleaned in time; its place is free again.

        One that has `ended` may seem alive still, and must not be handed out again.
        """
        try:
            with suppress(Exception):
                if ended:
                    connection.terminate()
                await pool.release(connection, timeout=GIVING_BACK_SECONDS)
        finally:
            self._pass_on(None)

    async def renew(self, pool: asyncpg.Pool) -> None:
        """Ends those at hand: where one was lost others may be, too, and nobody has noticed yet."""
        while (connection := self.at_hand()) is not None:
            await self.lose(pool, connection, ended=True)

    async def clear(self, pool: asyncpg.Pool, seconds: float) -> None:
        """Gives all back to the pool, which is about to be closed; waits so long for those in use."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._at_hand or self.in_use:
                    while (connection := self.at_hand()) is not None:
                        await self.lose(pool, connection)
                    await asyncio.sleep(0.01 if self.in_use else 0)

    async def end_idle(self, pool: asyncpg.Pool) -> None:
        """Those that nobody has needed for a while: what is silent for long is cut off somewhere on the way."""
        until = asyncio.get_running_loop().time() - IDLE_SECONDS
        while self._at_hand and self._at_hand[0][1] < until:
            connection, _ = self._at_hand.pop(0)
            self.in_use += 1
            await self.lose(pool, connection)

    async def _turn(self, until: float) -> Any | None:
        """What somebody passes on: a connection, or None for the place of one. Raises TimeoutError."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiting.append(waiter)
        end = loop.call_at(until, _out_of_time, waiter)
        try:
            return await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._pass_on(waiter.result())
            raise
        finally:
            end.cancel()

    def _pass_on(self, connection: Any | None) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        self.in_use -= 1
        if connection is not None:
            self._at_hand.append((connection, asyncio.get_running_loop().time()))


def _out_of_time(waiter: asyncio.Future[Any]) -> None:
    if not waiter.done():
        waiter.set_exception(TimeoutError())


def _alive(connection: Any) -> bool:
    """False also for one that ended meanwhile, whose place the pool has back."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False
