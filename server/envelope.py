"""What every answer has on it: the request's id, security headers, and `Connection: close` while leaving. Pure ASGI.

The one place where answers pass by on their way out. The other layers read in the request's state what they want to
know: `request_id`, which everything that is logged meanwhile has too, and `status` once the answer has begun.
"""

import os
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.logs import IN_EVERY_LINE
from server.shutdown import Leaving

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
GIVEN = b"x-request-id"
HEADERS = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
"""An answer may bring its own instead."""
ONLY_HTTPS = [(b"strict-transport-security", b"max-age=31536000")]
"""Only where the public URL is https: a browser that has read it asks for nothing else for a year."""


class Envelope:
    """Gives each request an id: the client's `X-Request-Id` if it is well-formed.

    A client that goes on after an answer with `Connection: close` takes a new connection, so none is cut off just as
    it sends.
    """

    def __init__(self, app: ASGIApp, leaving: Leaving, *, https: bool) -> None:
        self.app, self.leaving = app, leaving
        self._headers = [*HEADERS, *(ONLY_HTTPS if https else [])]
        self._names = frozenset(name for name, _ in self._headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _id_of(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id.decode()

        async def send_in_envelope(message: Message) -> None:
            if message["type"] == "http.response.start":
                state["status"] = message["status"]
                self._seal(message, request_id)
            await send(message)

        before = IN_EVERY_LINE.set({**IN_EVERY_LINE.get(), "request_id": state["request_id"]})
        try:
            await self.app(scope, receive, send_in_envelope)
        finally:
            IN_EVERY_LINE.reset(before)

    def _seal(self, message: Message, request_id: bytes) -> None:
        headers = [*message["headers"], (GIVEN, request_id)]
        own = self._names.intersection([name for name, _ in headers])
        headers += [header for header in self._headers if header[0] not in own] if own else self._headers
        if self.leaving.begun.is_set():
            headers = [header for header in headers if header[0] != b"connection"] + [(b"connection", b"close")]
        message["headers"] = headers


def _id_of(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == GIVEN and REQUEST_ID.fullmatch(value):
            given: bytes = value
            return given
    return os.urandom(16).hex().encode()
