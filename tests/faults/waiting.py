"""Requests that are held in the middle: each waits in the database, with a connection of its own, for one lock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.faults.servers import Caller, Reply
from tests.faults.stage import USERS, Stage

SECONDS = 3.0
"""Below the server's time-out for locks, and for one of them also below its own for connections."""

WAITING = "SELECT COUNT(DISTINCT pid) FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted"


@asynccontextmanager
async def held(stage: Stage, callers: list[Caller]) -> AsyncIterator[list[asyncio.Task[Reply]]]:
    """A request of each, all of which wait at once while the block runs; afterwards they are answered."""
    aside = await asyncpg.connect(stage.url)
    try:
        async with aside.transaction():
            await aside.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
            asked = [asyncio.create_task(caller(USERS)) for caller in callers]
            await _until_waiting(aside, len(callers))
            yield asked
        await asyncio.wait(asked)
    finally:
        await aside.close()


async def _until_waiting(aside: asyncpg.Connection, number: int) -> None:
    waiting = 0
    try:
        async with asyncio.timeout(SECONDS):
            while (waiting := await aside.fetchval(WAITING)) < number:
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{waiting} of {number} requests hold a connection at once") from None


async def pool_is_whole(stage: Stage, caller: Caller, places: int) -> None:
    """Every place of the server's pool serves, and all of them at once."""
    async with held(stage, [caller] * places) as asked:
        pass
    assert [(await reply).status for reply in asked] == [200] * places
