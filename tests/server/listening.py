"""A server of connections that end, and whose time stands still until a test passes it."""

import asyncio
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from server.connections import BoundedProtocol
from tests.running import PATIENCE

HEAD, BODY, TAKING = 10.0, 20.0, 2.0
TICK = 0.001
"""Seconds; the resolution of the clock."""

LARGE = 16 * 1024 * 1024
"""Bytes; more than the buffers of both systems hold."""


class Hasty(BoundedProtocol):
    """Counts the bytes that have arrived."""

    HEAD_SECONDS, BODY_SECONDS, TAKING_SECONDS = HEAD, BODY, TAKING
    arrived = 0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.arrived += len(data)


class StandingLoop:
    """The loop of a connection, but for its time, which stands still until a test passes it."""

    def __init__(self) -> None:
        self._loop, self._now = asyncio.get_running_loop(), 0.0
        self._waiting: list[tuple[float, Callable[[], None], asyncio.Handle]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def time(self) -> float:
        return self._now

    def call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.Handle:
        handle = asyncio.Handle(callback, (), self._loop)
        self._waiting.append((self._now + max(delay, TICK), callback, handle))
        return handle

    async def passes(self, seconds: float) -> None:
        """Calls what is due meanwhile, in its order and at its time. What has been sent before has arrived by then."""
        ends = self._now + seconds
        while due := sorted((call for call in self._waiting if call[0] <= ends), key=lambda call: call[0])[:1]:
            [(self._now, callback, handle)] = due
            self._waiting.remove(due[0])
            if not handle.cancelled():
                callback()
        self._now = ends


class Listening:
    """A server of `application`: `/slow` waits to be told, `/large` answers a lot, `/reading` reads the body first."""

    def __init__(self) -> None:
        self.state, self.loop = ServerState(), StandingLoop()
        self.port = 0
        self.newest: Hasty
        """Of the connections; what a test gives it is what has arrived in one piece."""
        self.begun, self.told = asyncio.Event(), asyncio.Event()

    def protocol(self) -> Hasty:
        config = uvicorn.Config(self.application, interface="asgi3", lifespan="off", log_config=None)
        config.load()
        self.newest = Hasty(config, self.state, {}, self.loop)
        return self.newest

    async def application(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/slow":
            self.begun.set()
            await self.told.wait()
        while scope["path"] == "/reading" and (await receive()).get("more_body"):
            pass
        body = b"." * (LARGE if scope["path"] == "/large" else 2)
        length = str(len(body)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": body})

    async def connected(self, **options: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A client's side of a connection that the server has accepted, too."""
        before = len(self.state.connections)
        client = await asyncio.open_connection("127.0.0.1", self.port, **options)
        await until(lambda: len(self.state.connections) > before)
        return client

    async def receives(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Sends it, and waits until the newest connection has it."""
        arrived = self.newest.arrived + len(data)
        writer.write(data)
        await until(lambda: self.newest.arrived >= arrived)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0)
