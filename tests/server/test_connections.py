"""A connection ends soon where the other side does not do its part, and never where it does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from server.connections import LARGEST_HEAD
from tests.running import PATIENCE
from tests.server.listening import BODY, HEAD, LARGE, TAKING, TICK, Listening, until

pytestmark = pytest.mark.anyio

REQUEST = b"GET / HTTP/1.1\r\nHost: rollcall.test\r\n\r\n"
POSTING = b"POST %b HTTP/1.1\r\nHost: rollcall.test\r\nContent-Length: 100\r\n\r\n"


@pytest.fixture
async def server() -> AsyncIterator[Listening]:
    made = Listening()
    listening = await asyncio.get_running_loop().create_server(made.protocol, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


async def closed(reader: asyncio.StreamReader) -> bool:
    """Waits until the other side has closed the connection."""
    async with asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):
            await reader.read()
    return True


async def answer(reader: asyncio.StreamReader) -> bytes:
    await reader.readuntil(b"\r\n\r\n")
    return await reader.readexactly(2)


async def ends_after(server: Listening, seconds: float, reader: asyncio.StreamReader) -> bool:
    """Whether the connection ends then, and not before."""
    await server.loop.passes(seconds - TICK)
    early = server.newest.transport.is_closing()
    await server.loop.passes(2 * TICK)
    return not early and await closed(reader)


async def test_a_client_that_says_nothing_is_sent_away(server: Listening) -> None:
    reader, writer = await server.connected()
    assert await ends_after(server, HEAD, reader)
    writer.close()


@pytest.mark.parametrize("piece", [b"X-Slow: 1\r\n", b"a"])
async def test_a_head_that_trickles_in_is_not_waited_for(server: Listening, piece: bytes) -> None:
    reader, writer = await server.connected()
    await server.receives(writer, b"GET / HTTP/1.1\r\nX-First: ")
    for _ in range(9):
        await server.loop.passes(HEAD / 10)
        await server.receives(writer, piece)
    assert await ends_after(server, HEAD / 10, reader)
    writer.close()


@pytest.mark.parametrize("piece", [b"\r\n", b"GET / HTTP/1.1\r\nX"])
async def test_a_second_head_has_no_more_time_than_the_first(server: Listening, piece: bytes) -> None:
    """uvicorn forgets its own time-out of idle connections with the first byte that comes."""
    reader, writer = await server.connected()
    writer.write(REQUEST)
    assert await answer(reader) == b".."
    await server.receives(writer, piece)
    assert await ends_after(server, HEAD, reader)
    writer.close()


async def test_a_body_that_trickles_in_after_its_answer_is_not_waited_for(server: Listening) -> None:
    reader, writer = await server.connected()
    writer.write(POSTING % b"/")
    assert await answer(reader) == b".."
    for _ in range(9):
        await server.loop.passes(BODY / 10)
        await server.receives(writer, b"x")
    assert await ends_after(server, BODY / 10, reader)
    writer.close()


async def test_a_body_that_never_comes_ends_the_connection(server: Listening) -> None:
    reader, writer = await server.connected()
    await server.receives(writer, POSTING % b"/reading")
    assert await ends_after(server, BODY, reader)
    writer.close()


async def stuck(server: Listening) -> socket.socket:
    """A client that takes nothing of the large answer which waits for it."""
    own = socket.create_connection(("127.0.0.1", server.port))
    own.sendall(b"GET /large HTTP/1.1\r\nHost: rollcall.test\r\n\r\n")
    await until(lambda: any(each.transport.get_write_buffer_size() for each in server.state.connections))
    return own


async def test_an_answer_that_is_not_taken_is_dropped(server: Listening) -> None:
    own = await stuck(server)
    await server.loop.passes(2 * TAKING - TICK)
    assert not server.newest.transport.is_closing()
    await server.loop.passes(2 * TICK)
    await until(lambda: not server.state.connections)
    own.close()


async def test_an_answer_that_is_taken_late_is_taken_whole(server: Listening) -> None:
    own = await stuck(server)
    await server.loop.passes(2 * TAKING - TICK)
    reader, writer = await asyncio.open_connection(sock=own)
    await reader.readuntil(b"\r\n\r\n")
    assert len(await reader.readexactly(LARGE)) == LARGE
    await server.loop.passes(2 * TICK)
    assert not server.newest.transport.is_closing()
    writer.close()


async def test_a_head_without_end_is_cut_off_for_its_size(server: Listening) -> None:
    reader, writer = await server.connected()
    with capture_logs() as logged:
        writer.write(b"GET / HTTP/1.1\r\n" + b"X-Long: 1\r\n" * (LARGEST_HEAD // 10))
        assert await closed(reader)
    assert [line["reason"] for line in logged] == ["head too large"]
    writer.close()


async def test_a_head_without_end_is_cut_off_behind_a_body_that_came_after_its_answer(server: Listening) -> None:
    reader, writer = await server.connected()
    writer.write(POSTING % b"/")
    assert await answer(reader) == b".."
    server.newest.data_received(b"x" * 100)
    with capture_logs() as logged:
        server.newest.data_received(b"GET / HTTP/1.1\r\n" + b"X-Long: 1\r\n" * (LARGEST_HEAD // 10))
        assert await closed(reader)
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
        await server.receives(writer, POSTING % path + b"x" * 50)
        await server.loop.passes(BODY * 0.9)
        await server.receives(writer, b"x" * 50)
        if path == b"/slow":
            await server.begun.wait()
            await server.loop.passes(10 * BODY)
            server.told.set()
        assert await answer(reader) == b".."
    await server.receives(writer, b"GET / HT")
    await server.loop.passes(HEAD * 0.9)
    writer.write(b"TP/1.1\r\nHost: rollcall.test\r\n\r\n")
    assert await answer(reader) == b".."
    writer.close()
