"""The loop that tidies up behind everybody."""

import asyncio
from contextlib import suppress

import structlog

from services.clock import Clock, settled
from services.housekeeping import tidy_up

PAUSE_SECONDS = 60.0
log = structlog.get_logger()


async def keep_house(clock: Clock, stop: asyncio.Event) -> None:
    """Every minute until `stop`; several workers may do it at once."""
    await settled(clock, stop)
    while not stop.is_set():
        try:
            await tidy_up(clock())
        except Exception as error:
            log.error("housekeeping.failed", error=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)
