"""Nobody gets a WebSocket, or another protocol, from us: asking for one is a request like any other."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from server.cli.serve import _run
from tests.running import PATIENCE, running

ASKING = b"""GET %b HTTP/1.1\r
Host: rollcall.test\r
Connection: Upgrade, close\r
Upgrade: %b\r
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Protocol: graphql-transport-ws\r
\r
"""

OPERATION = b"""POST /graphql HTTP/1.1\r
Host: rollcall.test\r
Content-Type: application/json\r
Content-Length: %d\r
Connection: Upgrade, HTTP2-Settings\r
%b: h2c\r
HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r
Expect: 100-continue\r
\r
"""
EXPECT = b"Expect: 100-continue\r\n"
BODY = b'{"query": "{ __typename }"}'


def test_uvicorn_is_told_to_serve_none_whatever_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr("uvicorn.run", lambda app, **options: told.update(options))
    _run("127.0.0.1", 8000, 1)
    assert told["ws"] == "none"


async def refusal(reader: asyncio.StreamReader) -> tuple[bytes, Any]:
    """The status line of an answer, and its body, which must be all that comes."""
    async with asyncio.timeout(PATIENCE):
        status, *headers = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
        [length] = [int(header.partition(b":")[2]) for header in headers if header.startswith(b"content-length:")]
        body = json.loads(await reader.readexactly(length))
        assert await reader.read() == b""
    return status, body


@pytest.mark.anyio
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_asking_for_another_protocol_is_refused_in_json(database: str, tmp_path: Path) -> None:
    expected = {
        b"/graphql": (b"http/1.1 405 method not allowed", "METHOD_NOT_ALLOWED"),
        b"/graphql/": (b"http/1.1 405 method not allowed", "METHOD_NOT_ALLOWED"),
        b"/subscriptions": (b"http/1.1 404 not found", "BAD_USER_INPUT"),
    }
    async with running(database, tmp_path / "log") as address:
        for path, (status, code) in expected.items():
            for protocol in (b"websocket", b"h2c"):
                reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
                writer.write(ASKING % (path, protocol))
                answered, body = await refusal(reader)
                assert (answered, [error["extensions"]["code"] for error in body["errors"]]) == (status, [code])
                writer.close()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert {line["event"] for line in lines} == {"request", "server.leaving"}


@pytest.fixture
async def address(database: str, tmp_path: Path) -> AsyncIterator[str]:
    async with running(database, tmp_path / "log") as started:
        yield started
    assert "WebSocket" not in (tmp_path / "log").read_text()


async def connected(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, Any]:
    """The status line of an answer, and its body; nothing of what follows."""
    async with asyncio.timeout(PATIENCE):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return head.partition(b"\r\n")[0], json.loads(await reader.readexactly(length))


async def continued(reader: asyncio.StreamReader) -> None:
    async with asyncio.timeout(PATIENCE):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.anyio
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", [b"Upgrade", b"upgrade", b"UPGRADE"])
async def test_an_operation_that_offers_http_2_is_answered(address: str, name: bytes) -> None:
    """Java's HttpClient sends all its requests so, unless it is told HTTP/1.1."""
    reader, writer = await connected(address)
    for _ in range(2):
        writer.write(OPERATION % (len(BODY), name))
        await continued(reader)
        writer.write(BODY)
        status, body = await answer(reader)
        assert status == b"HTTP/1.1 200 OK" and body["data"] == {"__typename": "Query"}
    writer.close()


@pytest.mark.anyio
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_body_that_says_upgrade_stays_as_it_is(address: str) -> None:
    """In chunks a line of it may begin with the word."""
    chunks = (b'{"query": "{ ', b'upgrade: __typename }"}')
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    head = OPERATION.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked").replace(EXPECT, b"") % b"Upgrade"
    reader, writer = await connected(address)
    writer.write(head + body)
    assert (await answer(reader))[1]["data"] == {"upgrade": "Query"}
    writer.close()


@pytest.mark.anyio
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_where_the_offer_comes_in_pieces_its_body_is_no_request(address: str) -> None:
    """httptools has then left the body out, so what comes behind the head is anybody's guess."""
    hidden = b"GET /livez HTTP/1.1\r\nHost: rollcall.test\r\n\r\n"
    head = OPERATION.replace(EXPECT, b"") % (len(hidden), b"Upgrade")
    before, after = head[: head.index(b"Upgrade:") + 3], head[head.index(b"Upgrade:") + 3 :]
    reader, writer = await connected(address)
    writer.write(b"POST /nope HTTP/1.1\r\nHost: rollcall.test\r\nContent-Length: 1\r\n\r\n")
    assert (await answer(reader))[0] == b"HTTP/1.1 404 Not Found"
    writer.write(b"x" + before)
    writer.write(after)
    assert (await answer(reader))[0] == b"HTTP/1.1 400 Bad Request"
    with suppress(ConnectionError):
        writer.write(hidden)
        async with asyncio.timeout(PATIENCE):
            assert await reader.read() == b""
    writer.close()
