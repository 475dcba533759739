"""A small HTTP client over keep-alive connections, for loads that wrk cannot make: every request another one."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import httptools
import orjson

Body = Callable[[], bytes]


PUT_OFF = 503


class Connection:
    """One request at a time; raises AssertionError for an answer that is neither 200 nor PUT_OFF."""

    def __init__(self, url: str, token: str) -> None:
        self._parts = urlsplit(url)
        self._head = (
            f"POST {self._parts.path} HTTP/1.1\r\nHost: {self._parts.netloc}\r\nContent-Type: application/json\r\n"
            + (f"Authorization: Bearer {token}\r\n" if token else "")
            + "Content-Length: "
        )
        self._complete = False
        self._body: list[bytes] = []
        self.put_off = False
        """Whether the last answer was to come again later."""

    async def __aenter__(self) -> "Connection":
        self._reader, self._writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def post(self, body: bytes) -> bytes:
        self._writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        self._complete, self._body = False, []
        parser = httptools.HttpResponseParser(self)
        while not self._complete:
            received = await self._reader.read(1 << 18)
            assert received, "the server hung up"
            parser.feed_data(received)
        answer = b"".join(self._body)
        self.put_off = parser.get_status_code() == PUT_OFF
        assert self.put_off or parser.get_status_code() == 200, answer
        return answer

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._complete = True


@dataclass
class Sent:
    """Requests that were answered, their latencies in milliseconds, and the seconds that all of them took."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    put_off: int = 0
    """How many were told to come again later."""

    @property
    def throughput(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def p50(self) -> float:
        return median(self.latencies)


async def saturate(
    url: str, token: str, body: Body, *, connections: int, seconds: float, most: int | None = None
) -> Sent:
    """As fast as answers come, for so many seconds or so many requests."""
    sent, began = Sent(), time.perf_counter()
    left = iter(range(most)) if most is not None else _endless()

    async def ask() -> None:
        async with Connection(url, token) as connection:
            for _ in left:
                if (asked := time.perf_counter()) - began >= seconds:
                    return
                answer = await connection.post(body())
                assert not connection.put_off and b'"errors":[{' not in answer, answer
                sent.latencies.append(1000 * (time.perf_counter() - asked))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            tasks.create_task(ask())
    sent.seconds = time.perf_counter() - began
    return sent


async def at_rate(url: str, token: str, body: Body, *, rate: float, connections: int, seconds: float) -> Sent:
    """So many a second, as far as answers come that fast: whoever is late catches up."""
    sent, began = Sent(), time.perf_counter()

    async def ask(number: int) -> None:
        async with Connection(url, token) as connection:
            due = began + number / rate
            while due < began + seconds:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                if time.perf_counter() >= began + seconds:
                    return
                asked = time.perf_counter()
                await connection.post(body())
                if connection.put_off:
                    sent.put_off += 1
                else:
                    sent.latencies.append(1000 * (time.perf_counter() - asked))
                due += connections / rate

    async with asyncio.TaskGroup() as tasks:
        for number in range(connections):
            tasks.create_task(ask(number))
    sent.seconds = time.perf_counter() - began
    return sent


def _endless() -> Iterator[int]:
    while True:
        yield 0


def post(url: str, token: str, body: bytes) -> dict[str, Any]:
    """One request's answer."""

    async def once() -> bytes:
        async with Connection(url, token) as connection:
            return await connection.post(body)

    answer: dict[str, Any] = orjson.loads(asyncio.run(once()))
    return answer


def main() -> None:
    """Stands in for wrk with load.lua."""
    url, connections, seconds = json.loads(sys.argv[1])
    body, token = Path(os.environ["BENCH_BODY"]).read_bytes(), os.environ["BENCH_TOKEN"]
    sent = asyncio.run(saturate(url, token, lambda: body, connections=connections, seconds=seconds))
    print("MEASURED", len(sent.latencies), int(sent.seconds * 1e6), int(sent.p50 * 1000), 0)


if __name__ == "__main__":
    main()
