"""One line and one count a request. Pure ASGI."""

import re
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from server.logs import line_writer

NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")
"""Of operations; clients may call theirs anything, and what is no name is neither logged nor counted."""
Answered = Callable[[str | None, int, float], None]
"""Hears of each operation sent to /graphql: its name, the status of its answer, its seconds."""


def _uncounted(operation: str | None, status: int, seconds: float) -> None:
    pass


class RequestLog:
    """Inside of the envelope, which knows how a request was answered."""

    def __init__(self, app: ASGIApp, answered: Answered = _uncounted) -> None:
        self.app, self.answered, self._write = app, answered, line_writer()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        try:
            await self.app(scope, receive, send)
        finally:
            self._tell(scope, time.perf_counter() - started)

    def _tell(self, scope: Scope, seconds: float) -> None:
        method, path, state = scope["method"], scope["path"], scope["state"]
        operation, status = state.get("operation"), state.get("status", 500)
        if "operation" in state:
            self.answered(operation, status, seconds)
        if operation is not None and not NAME.fullmatch(operation):
            operation = "other"
        ms = round(seconds * 1000, 1)
        self._write("request", method=method, path=path, status=status, operation=operation, ms=ms)
