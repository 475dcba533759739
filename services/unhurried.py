"""Time that tells nothing: an answer that leaves no sooner than a given moment, whatever was done for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def unhurried(seconds: float) -> AsyncIterator[None]:
    """Leaves no sooner than so many seconds after it was entered, with an exception or without one."""
    clock = asyncio.get_running_loop().time
    leaves_at = clock() + seconds
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, leaves_at - clock()))
