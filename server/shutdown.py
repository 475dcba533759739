"""Leaving so that nobody notices: on SIGTERM readiness goes false, serving goes on for a while, and then it ends."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog

GRACE_SECONDS = 20
"""How long requests and mails in hand may take once no new ones are taken."""

log = structlog.get_logger()


class Leaving:
    """`begun` is set by SIGTERM; the server stops listening `delay` seconds later, when balancers have noticed."""

    def __init__(self, delay: float = 5.0) -> None:
        self._delay = delay
        self._over_at: float | None = None
        self.begun = asyncio.Event()

    @contextmanager
    def heeding_sigterm(self) -> Iterator[None]:
        """While the block runs, the web server's own handler hears of SIGTERM late, and of the first one only.

        Works with any web server that handles it by `signal.signal` in the main thread, as uvicorn and its workers do.
        """
        stop = signal.getsignal(signal.SIGTERM)
        if threading.current_thread() is not threading.main_thread() or not callable(stop):
            yield
            return
        loop = asyncio.get_running_loop()
        end = stop

        def begin() -> None:
            if not self.begun.is_set():
                log.info("server.leaving", seconds=self._delay)
                self._over_at = loop.time() + self._delay + GRACE_SECONDS
                self.begun.set()
                loop.call_later(self._delay, end, signal.SIGTERM, None)

        signal.signal(signal.SIGTERM, lambda number, frame: loop.call_soon_threadsafe(begin))
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, stop)

    @asynccontextmanager
    async def at_work(self, *work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        """Runs these beside the block; they end by `begun`, or are cancelled when the grace is over."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in work]
            yield
            self.begun.set()
            _, late = await asyncio.wait(tasks, timeout=self._seconds_left())
            for task in late:
                log.warning("server.cut_off", work=getattr(task.get_coro(), "__qualname__", ""))
                task.cancel()

    def _seconds_left(self) -> float:
        if self._over_at is None:
            return GRACE_SECONDS
        return max(1.0, self._over_at - asyncio.get_running_loop().time())
