"""Timers of one length: one timer of the event loop serves them all, for nearly all are cancelled long before."""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context

Timer = tuple[float, Callable[[], None], Context]
"""When it is due, what is called then, and in which context."""


class Timers:
    """Who starts first is due first, so only the first of them needs the loop's attention."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._running: dict[int, Timer] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looking = False

    def start(self, due: Callable[[], None]) -> Timer:
        """`due` is called when the time is over, in the context of this call, unless the timer is cancelled before."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._looking, self._running = loop, False, {}
        timer = loop.time() + self.seconds, due, copy_context()
        self._running[id(timer)] = timer
        if not self._looking:
            self._look_in(self.seconds)
        return timer

    def cancel(self, timer: Timer) -> None:
        """Without effect on one that was due already."""
        self._running.pop(id(timer), None)

    def _look_in(self, seconds: float) -> None:
        assert self._loop is not None
        self._looking = True
        self._loop.call_later(seconds, self._look, context=Context())

    def _look(self) -> None:
        assert self._loop is not None
        self._looking, now = False, self._loop.time()
        for timer in self._running.values():
            if timer[0] > now:
                self._look_in(timer[0] - now)
                return
            self._loop.call_soon(self._end, timer, context=timer[2])

    def _end(self, timer: Timer) -> None:
        if self._running.pop(id(timer), None) is not None:
            timer[1]()
