"""Head and body of an answer are one write, and no head is kept back for a body that does not come."""

import asyncio
from typing import Any

import pytest

from server.one_write import OneWrite

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


class Wire:
    """Takes down what it is told."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def write(self, data: bytes) -> None:
        self.heard.append(data)

    def writelines(self, pieces: tuple[bytes, ...]) -> None:
        self.heard.append(b"".join(pieces))

    def close(self) -> None:
        self.heard.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.heard

    def pause_reading(self) -> None:
        self.heard.append("paused")


def wired() -> tuple[OneWrite, list[Any]]:
    wire = Wire()
    return OneWrite(wire, asyncio.get_running_loop()), wire.heard  # type: ignore[arg-type]


async def test_a_head_goes_with_its_body() -> None:
    transport, heard = wired()
    for body in (b"body", b"next"):
        transport.write(HEAD)
        transport.write(body)
    await asyncio.sleep(0)
    assert heard == [HEAD + b"body", HEAD + b"next"]


async def test_what_comes_after_the_first_piece_goes_at_once() -> None:
    transport, heard = wired()
    for piece in (HEAD, b"one", b"two"):
        transport.write(piece)
    assert heard == [HEAD + b"one", b"two"]


async def test_a_head_does_not_wait_for_a_body_that_is_late() -> None:
    transport, heard = wired()
    transport.write(HEAD)
    assert heard == []
    await asyncio.sleep(0)
    assert heard == [HEAD]
    transport.write(b"late")
    assert heard == [HEAD, b"late"]


async def test_a_head_without_a_body_is_sent_before_the_end() -> None:
    transport, heard = wired()
    transport.write(HEAD)
    transport.close()
    await asyncio.sleep(0)
    assert heard == [HEAD, "closed"]
    assert transport.is_closing()


async def test_everything_else_is_the_connections_own() -> None:
    transport, heard = wired()
    transport.pause_reading()
    assert heard == ["paused"]


async def test_nothing_is_written_once_the_connection_is_closed() -> None:
    transport, heard = wired()
    transport.write(HEAD)
    heard.append("closed")
    transport.write(b"body")
    await asyncio.sleep(0)
    transport.write(HEAD)
    await asyncio.sleep(0)
    assert heard == ["closed"]
