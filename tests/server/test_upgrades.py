"""Nobody gets a WebSocket, or another protocol, from us: asking for one is a request like any other, and refused."""

import asyncio
import json
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
