"""The time, asked in one place and passed on as `now`."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from models.database import database_time
from models.unavailable import DatabaseUnavailable

Clock = Callable[[], datetime]

SECONDS_TO_ANSWER = 3.0
QUESTIONS = 3
"""The quickest answer says the most: the others have waited for something."""

passed = partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
"""Seconds by a clock that nobody sets, and that goes on while the machine sleeps."""


def system_clock() -> datetime:
    return datetime.now(UTC)


async def shared_time() -> datetime:
    """The time for all who share the open database. Raises DatabaseUnavailable, also where it does not say in time."""
    try:
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            return await database_time() or system_clock()
    except TimeoutError as error:
        raise DatabaseUnavailable(f"it did not say what time it is within {SECONDS_TO_ANSWER:g} seconds") from error


class DatabaseClock:
    """The time of the database, told without asking it: its last answer, and what has passed since then.

    Until it has answered, the time is the machine's own, as it was when the clock was made.
    """

    def __init__(self, system: Clock = system_clock) -> None:
        self._zero = system().timestamp() - passed()
        """When `passed` was zero: all that is known, in one number, so that nobody reads half of an answer."""
        self.answered = asyncio.Event()
        """Set by the database's first answer."""

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self._zero + passed(), UTC)

    async def follow(self) -> float:
        """Asks the database, and gives by how many seconds the time was moved.

        Not at all where the answer took longer than the difference. Raises DatabaseUnavailable where it says nothing;
        then time goes on as before.
        """
        answers = [await _zero_by_database()]
        with suppress(DatabaseUnavailable):
            answers += [await _zero_by_database() for _ in range(QUESTIONS - 1)]
        doubt, zero = min(answers)
        self.answered.set()
        moved = zero - self._zero
        if abs(moved) <= doubt:
            return 0.0
        self._zero = zero
        return moved


async def settled(clock: Clock, stop: asyncio.Event) -> None:
    """Returns once a database's clock has had an answer, or at `stop`. Nothing is done for being late before that."""
    if isinstance(clock, DatabaseClock):
        waiting = [asyncio.ensure_future(event.wait()) for event in (clock.answered, stop)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()


async def _zero_by_database() -> tuple[float, float]:
    """By how many seconds it may be wrong, and when `passed` was zero: the answer is of some moment on the way."""
    sent = passed()
    told = await shared_time()
    came = passed()
    return (came - sent) / 2, told.timestamp() - (sent + came) / 2
