"""`addUser` against an insert into the same tables that is written by hand."""

import asyncio
import base64
import itertools
from collections.abc import Callable
from statistics import median
from typing import Any
from uuid import UUID

import orjson

from bench.peers.client import saturate
from bench.peers.cores import cpu_seconds
from bench.peers.data import Data, copied, drop
from bench.peers.servers import HAND_WRITTEN, ROLLCALL, Running, running

AT_ONCE, SECONDS = 4, 3.0
BY_HAND = "hand-written insert: asyncpg"
DOCUMENT = """mutation Add($input: AddUserInput!) {
  addUser(input: $input) { errors { code message } user { id email } }
}"""


def measure(data: Data, *, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Into a copy of the database; the two take turns."""
    writable, numbers = copied(data), itertools.count()
    role = base64.urlsafe_b64encode(b"Role:" + UUID(data.viewer_role).hex.encode()).decode().rstrip("=")
    found: dict[str, list[tuple[float, float]]] = {ROLLCALL.title: [], BY_HAND: []}
    try:
        with running(ROLLCALL, writable) as ours, running(HAND_WRITTEN, writable) as theirs:
            for _ in range(rounds):
                found[ROLLCALL.title].append(_added(ours, ours.url, role, numbers, data.token))
                add = theirs.address + "/add"
                found[BY_HAND].append(_added(theirs, add, data.viewer_role, numbers, data.token))
                say("adding: " + ", ".join(f"{name} {runs[-1][0]:.0f}/s" for name, runs in found.items()))
    finally:
        drop(writable)
    pairs = zip(found[ROLLCALL.title], found[BY_HAND], strict=True)
    rows = [(name, median(rate for rate, _ in runs), median(cpu for _, cpu in runs)) for name, runs in found.items()]
    return {"rows": rows, "ratio": median(mine[0] / limit[0] for mine, limit in pairs)}


def _added(one: Running, url: str, role: str, numbers: Any, token: str) -> tuple[float, float]:
    """Added a second, and CPU-milliseconds for each."""

    def body() -> bytes:
        number = next(numbers)
        person = {"firstName": "Nova", "lastName": f"Tester {number}", "email": f"nova{number}@bench.example.com"}
        return orjson.dumps({"query": DOCUMENT, "variables": {"input": person | {"roleId": role}}})

    before = cpu_seconds(one.process.pid)
    sent = asyncio.run(saturate(url, token, body, connections=AT_ONCE, seconds=SECONDS))
    return sent.throughput, 1000 * (cpu_seconds(one.process.pid) - before) / len(sent.latencies)
