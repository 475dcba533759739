"""One line and one count a request, and the id that joins it to everything else that is logged for it. Pure ASGI."""

import os
import re
import time
from collections.abc import Callable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
GIVEN = b"x-request-id"
NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")
"""Of operations; clients may call theirs anything, and what is no name is neither logged nor counted."""
Answered = Callable[[str | None, int, float], None]
"""Hears of each operation posted to /graphql: its name, the status of its answer, its seconds."""


def _uncounted(operation: str | None, status: int, seconds: float) -> None:
    pass


class RequestLog:
    """Gives each request an id (the client's `X-Request-Id` if it is well-formed) and logs its outcome."""

    def __init__(self, app: ASGIApp, answered: Answered = _uncounted) -> None:
        self.app, self.answered = app, answered
        self._log = structlog.get_logger().bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        request_id = _id_of(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id.decode()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (GIVEN, request_id)]
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=state["request_id"])
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            self._tell(scope, status, time.perf_counter() - started)
            structlog.contextvars.unbind_contextvars("request_id")

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method, path, operation = scope["method"], scope["path"], scope["state"].get("operation")
        if method == "POST" and path == "/graphql":
            self.answered(operation, status, seconds)
        if operation is not None and not NAME.fullmatch(operation):
            operation = "other"
        ms = round(seconds * 1000, 1)
        self._log.info("request", method=method, path=path, status=status, operation=operation, ms=ms)


def _id_of(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == GIVEN and REQUEST_ID.fullmatch(value):
            given: bytes = value
            return given
    return os.urandom(16).hex().encode()
