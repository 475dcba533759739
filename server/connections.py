"""Connections that end: uvicorn waits for a request without end (its issue 157), and so do answers nobody takes.

A head has HEAD_SECONDS to arrive in, however it trickles. A body has what `time_limit` gives it, and the connection a
little longer, so that 408 is heard first. An answer is taken within two looks, or the connection is cut.

And requests that offer another protocol, as all of Java's HttpClient do with HTTP/2: they are answered in this one (RFC
9110, 7.8). httptools leaves out their bodies, so it is not shown the offer.
"""

import asyncio
import re
from math import inf

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.bodies import LARGEST_BODY
from server.one_write import OneWrite
from server.time_limit import SECONDS

LARGEST_HEAD = 64 * 1024
"""Bytes; what arrives in one piece with the rest of it may be larger by that piece."""

UPGRADE, UNKNOWN = re.compile(rb"\r\nupgrade:", re.IGNORECASE), b"\r\nx-other:"

log = structlog.get_logger()


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's connection, which looks every few seconds whether the other side is doing its part."""

    HEAD_SECONDS = 10.0
    BODY_SECONDS = SECONDS + 2
    TAKING_SECONDS = SECONDS * 0.4
    """Between two looks: they end together before `time_limit` takes a stuck answer for a failure of ours."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(OneWrite(transport, self.loop))  # type: ignore[arg-type]
        self._part: RequestResponseCycle | None = None
        """What is arriving: the body of this request, or a head."""
        self._due, self._head = self.loop.time() + self.HEAD_SECONDS, 0
        self._left_to_take = False
        self._next_look = self.loop.call_later(self.TAKING_SECONDS, self._look)

    def data_received(self, data: bytes) -> None:
        in_head = self.cycle is None or not self.cycle.more_body
        if in_head and self._head + len(data) > LARGEST_HEAD + LARGEST_BODY:
            self._cut("head too large")
            return
        super().data_received(_without_offer(data) if in_head else data)
        cycle = self.cycle
        if cycle is not None and not cycle.more_body and not cycle.response_complete:
            self._due, self._head = inf, 0
        elif self.parser is not None:
            self._wait_for(cycle if cycle is not None and cycle.more_body else None, len(data) if in_head else 0)

    def on_message_complete(self) -> None:
        """uvicorn forgets to note the end of a body whose request was answered before."""
        super().on_message_complete()
        self.cycle.more_body = False

    def _unsupported_upgrade_warning(self) -> None:
        """An offer that came in pieces. What follows may be the body, and must not be taken for another request."""
        self.cycle.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._next_look.cancel()
        super().connection_lost(exc)

    def _wait_for(self, part: RequestResponseCycle | None, arrived: int) -> None:
        """The time runs from the first byte of a head or body, not from the newest."""
        if self._due == inf or part is not self._part:
            seconds = self.HEAD_SECONDS if part is None else self.BODY_SECONDS
            self._part, self._due, self._head = part, self.loop.time() + seconds, 0
        self._head += arrived if part is None else 0
        if self._head > LARGEST_HEAD:
            self._cut("head too large")

    def _look(self) -> None:
        now, left = self.loop.time(), self.transport.get_write_buffer_size() > 0
        if left and self._left_to_take:
            self._cut("answer not taken")
            return
        if now >= self._due and not self.transport.is_closing():
            self._end("head" if self._part is None else "body")
        self._left_to_take = left
        wait = self._due - now if now < self._due else inf
        self._next_look = self.loop.call_later(min(wait, self.TAKING_SECONDS), self._look)

    def _end(self, part: str) -> None:
        log.info("connection.out_of_time", waited_for=part)
        self.transport.close()

    def _cut(self, reason: str) -> None:
        """Without a farewell, which would only wait in the same queue."""
        log.info("connection.cut", reason=reason)
        self.transport.abort()


def _without_offer(data: bytes) -> bytes:
    """The head that begins here does not say `Upgrade` any more."""
    if not UPGRADE.search(data):
        return data
    head, end, rest = data.partition(b"\r\n\r\n")
    return UPGRADE.sub(UNKNOWN, head) + end + rest
