"""The loop that keeps a server's clock with the database's, so that all servers have one time."""

import asyncio
from contextlib import suppress

import structlog

from services.clock import Clock, DatabaseClock

PAUSE_SECONDS = 5.0
WORTH_TELLING_SECONDS = 1.0
log = structlog.get_logger()


async def set_clock(clock: Clock) -> None:
    """By the database, if it is a clock that follows it. Where that does not answer, the time goes on as before."""
    if not isinstance(clock, DatabaseClock):
        return
    try:
        moved = await clock.follow()
    except Exception as error:
        log.warning("clock.unanswered", error=type(error).__name__)
    else:
        if abs(moved) >= WORTH_TELLING_SECONDS:
            log.warning("clock.moved", seconds=round(moved, 3))


async def keep_time(clock: Clock, stop: asyncio.Event) -> None:
    """Every few seconds until `stop`."""
    while not stop.is_set():
        await set_clock(clock)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)
