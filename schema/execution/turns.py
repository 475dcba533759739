"""How much of a worker's time new documents may take, so that a flood of them does not slow down the known ones.

Parsing and validating takes a hundred times as long as looking a known document up, and holds the worker up meanwhile.
So while known ones are asked, new documents have an account of time: a share of it is paid in, or a tenth of what the
worker is idle; what preparing takes is paid out. Who comes while it is overdrawn waits: putting everybody off at once
would cost more than preparing a few. Addresses take turns, so that one cannot fill the line before the others.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context

SHARE, OF_IDLE = 0.02, 0.1
"""Of a worker's time, and of the time in which it does nothing: the larger of the two is for new documents."""

QUIET_SECONDS = 1.0
"""So long after the last known document, new ones may take all the time there is. A flood that has all of it lets a
known one through now and then, and that must end it."""

SAVED_SECONDS = 0.1
"""What a quiet while saves up: for a hundred small documents, or fifteen of a whole page."""

MOST_WAITING, MOST_WAITING_OF_ONE = 400, 200
"""Documents of all addresses, and of one."""

LONGEST_WAIT, LOOK_AGAIN = 2.0, 0.02
"""Seconds."""


class TooManyNewDocuments(Exception):
    """The line is full, or the wait too long: asking again in a moment may succeed."""


class Turns:
    """The account of one worker. `clock` and `used` give seconds: of time, and of this thread's work."""

    def __init__(
        self, clock: Callable[[], float] = time.perf_counter, used: Callable[[], float] = time.thread_time
    ) -> None:
        self._clock, self._used = clock, used
        self._saved = SAVED_SECONDS
        self._paid_at = self._known_at = clock()
        self._used_then = used()
        self._lines: dict[str | None, deque[asyncio.Future[None]]] = {}
        self._keeper: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        return sum(map(len, self._lines.values()))

    def known(self) -> None:
        """A known document is being asked."""
        self._known_at = self._clock()

    async def wait(self, origin: str | None) -> None:
        """Returns when it is the turn of a document that came from there. Raises TooManyNewDocuments."""
        if not self._lines and self.has_time():
            return
        if self.waiting >= MOST_WAITING or len(self._lines.get(origin, ())) >= MOST_WAITING_OF_ONE:
            raise TooManyNewDocuments
        turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(origin, deque()).append(turn)
        try:
            await self._called(turn)
        except BaseException:
            self._leave(origin, turn)
            raise

    async def _called(self, turn: asyncio.Future[None]) -> None:
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._let_in(), context=Context())
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await turn
        except TimeoutError:
            raise TooManyNewDocuments from None

    async def _let_in(self) -> None:
        """One document of each address after the other, until nobody waits."""
        while self._lines:
            if not self.has_time():
                await asyncio.sleep(LOOK_AGAIN)
                continue
            origin = next(iter(self._lines))
            line = self._lines.pop(origin)
            turn = line.popleft()
            if line:
                self._lines[origin] = line
            if not turn.done():  # nobody has given up waiting for it just now
                turn.set_result(None)
                await asyncio.sleep(0)  # meanwhile it is prepared and paid for

    def _leave(self, origin: str | None, turn: asyncio.Future[None]) -> None:
        """The places of those who give up are free at once."""
        line = self._lines.get(origin)
        if line is not None and turn in line:
            line.remove(turn)
            if not line:
                del self._lines[origin]

    def has_time(self) -> bool:
        """Pays in what has come together since it was asked last."""
        now, used = self._clock(), self._used()
        passed, worked = now - self._paid_at, used - self._used_then
        self._saved = min(SAVED_SECONDS, self._saved + max(SHARE * passed, OF_IDLE * (passed - worked)))
        self._paid_at, self._used_then = now, used
        return self._saved > 0 or now - self._known_at > QUIET_SECONDS

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Pays for the block, which awaits nothing. No debt is larger than what can be saved."""
        began = self._used()
        try:
            yield
        finally:
            self._saved = max(-SAVED_SECONDS, self._saved + began - self._used())
