"""A connection ends soon where the other side does not do its part, and never where it does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs
from uvicorn.server import ServerState

from server.connections import LARGEST_HEAD, BoundedProtocol

pytestmark = pytest.mark.anyio

HEAD, BODY, TAKING = 0.2, 0.4, 0.5
SOON = 1.5
"""Seconds after which a connection is gone, however busy the machine is; nothing else would end it."""

LARGE = 16 * 1024 * 1024
"""Bytes; more than the buffers of both systems hold."""

REQUEST = b"GET / HTTP/1.1\r\nHost: rollcall.test\r\n\r\n"
POSTING = b"POST %b HTTP/1.1\r\nHost: rollcall.test\r\nContent-Length: 100\r\n\r\n"


class Hasty(BoundedProtocol):
    HEAD_SECONDS, BODY_SECONDS, TAKING_SECONDS = HEAD, BODY, TAKING


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """`/slow` takes longer than any head or body may, `/large` answers a lot, `/reading` reads the body first."""
    if scope["path"] == "/slow":
        await asyncio.sleep(2 * BODY)
    while scope["path"] == "/reading" and (await receive()).get("more_body"):
        pass
    body = b"." * (LARGE if scope["path"] == "/large" else 2)
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


class Listening:
    def __init__(self) -> None:
        self.state = ServerState()
        self.port = 0
        self.newest: Hasty
        """Of the connections; what a test gives it is what has arrived in one piece."""

    def protocol(self) -> Hasty:
        config = uvicorn.Config(application, lifespan="off", log_config=None, access_log=False)
        config.load()
        self.newest = Hasty(config, self.state, {})
        return self.newest

    async def connected(self, **options: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, **options)


@pytest.fixture
async def server() -> AsyncIterator[Listening]:
    made = Listening()
    listening = await asyncio.get_running_loop().create_server(made.protocol, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


async def seconds_until_closed(reader: asyncio.StreamReader) -> float:
    clock = asyncio.get_running_loop().time
    started = clock()
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            await reader.read()
    return clock() - started


async def trickling(writer: asyncio.StreamWriter, piece: bytes) -> None:
    """Sends the piece over and over; each comes sooner than any wait ends."""
    with suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(piece)
            await asyncio.sleep(HEAD / 10)


async def answer(reader: asyncio.StreamReader) -> bytes:
    await reader.readuntil(b"\r\n\r\n")
    return await reader.readexactly(2)


async def test_a_client_that_says_nothing_is_sent_away(server: Listening) -> None:
    reader, writer = await server.connected()
    assert HEAD * 0.9 <= await seconds_until_closed(reader) < SOON
    writer.close()


@pytest.mark.parametrize("piece", [b"X-Slow: 1\r\n", b"a"])
async def test_a_head_that_trickles_in_is_not_waited_for(server: Listening, piece: bytes) -> None:
    reader, writer = await server.connected()
    writer.write(b"GET / HTTP/1.1\r\nX-First: ")
    trickle = asyncio.create_task(trickling(writer, piece))
    assert await seconds_until_closed(reader) < SOON
    trickle.cancel()
    writer.close()


@pytest.mark.parametrize("piece", [b"\r\n", b"GET / HTTP/1.1\r\nX"])
async def test_a_second_head_has_no_more_time_than_the_first(server: Listening, piece: bytes) -> None:
    """uvicorn forgets its own time-out of idle connections with the first byte that comes."""
    reader, writer = await server.connected()
    writer.write(REQUEST)
    assert await answer(reader) == b".."
    writer.write(piece)
    assert await seconds_until_closed(reader) < SOON
    writer.close()


async def test_a_body_that_trickles_in_after_its_answer_is_not_waited_for(server: Listening) -> None:
    reader, writer = await server.connected()
    writer.write(POSTING % b"/")
    assert await answer(reader) == b".."
    trickle = asyncio.create_task(trickling(writer, b"x"))
    assert await seconds_until_closed(reader) < SOON
    trickle.cancel()
    writer.close()


async def test_a_body_that_never_comes_ends_the_connection(server: Listening) -> None:
    reader, writer = await server.connected()
    writer.write(POSTING % b"/reading")
    assert BODY * 0.9 <= await seconds_until_closed(reader) < SOON
    writer.close()


async def test_an_answer_that_is_not_taken_is_dropped(server: Listening) -> None:
    own = socket.create_connection(("127.0.0.1", server.port))
    own.sendall(b"GET /large HTTP/1.1\r\nHost: rollcall.test\r\n\r\n")
    async with asyncio.timeout(5):
        while not server.state.connections:
            await asyncio.sleep(0.01)
        while server.state.connections:
            await asyncio.sleep(0.01)
    own.close()


async def test_an_answer_that_is_taken_late_is_taken_whole(server: Listening) -> None:
    own = socket.create_connection(("127.0.0.1", server.port))
    own.sendall(b"GET /large HTTP/1.1\r\nHost: rollcall.test\r\n\r\n")
    async with asyncio.timeout(5):
        while not any(connection._left_to_take for connection in server.state.connections):
            await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection(sock=own)
    await reader.readuntil(b"\r\n\r\n")
    assert len(await reader.readexactly(LARGE)) == LARGE
    writer.close()


async def test_a_head_without_end_is_cut_off_for_its_size(server: Listening) -> None:
    reader, writer = await server.connected()
    with capture_logs() as logged:
        writer.write(b"GET / HTTP/1.1\r\n" + b"X-Long: 1\r\n" * (LARGEST_HEAD // 10))
        assert await seconds_until_closed(reader) < SOON
    assert [line["reason"] for line in logged] == ["head too large"]
    writer.close()


async def test_a_head_without_end_is_cut_off_behind_a_body_that_came_after_its_answer(server: Listening) -> None:
    reader, writer = await server.connected()
    writer.write(POSTING % b"/")
    assert await answer(reader) == b".."
    server.newest.data_received(b"x" * 100)
    with capture_logs() as logged:
        server.newest.data_received(b"GET / HTTP/1.1\r\n" + b"X-Long: 1\r\n" * (LARGEST_HEAD // 10))
        assert await seconds_until_closed(reader) < SOON
    assert [line["reason"] for line in logged] == ["head too large"]
    writer.close()


async def test_a_large_body_that_comes_after_its_answer_is_no_head(server: Listening) -> None:
    reader, writer = await server.connected()
    body = b"x" * 2 * LARGEST_HEAD
    writer.write((POSTING % b"/").replace(b"100", str(len(body)).encode()))
    assert await answer(reader) == b".."
    server.newest.data_received(body)
    writer.write(REQUEST)
    assert await answer(reader) == b".."
    writer.close()


async def test_whoever_does_their_part_is_never_cut_off(server: Listening) -> None:
    reader, writer = await server.connected()
    for path in (b"/slow", b"/reading"):
        writer.write(POSTING % path + b"x" * 50)
        await asyncio.sleep(HEAD / 2)
        writer.write(b"x" * 50)
        assert await answer(reader) == b".."
        await asyncio.sleep(HEAD * 2)
    writer.write(b"GET / HT")
    await asyncio.sleep(HEAD / 2)
    writer.write(b"TP/1.1\r\nHost: rollcall.test\r\n\r\n")
    assert await answer(reader) == b".."
    writer.close()
