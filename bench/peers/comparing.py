"""All servers side by side: interleaved rounds, so that a busy moment of the machine hits all of them."""

import base64
import itertools
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import orjson

from bench.peers import client
from bench.peers.cores import CORES, LOAD, cpu_seconds, own_cpu_seconds, pin, used_since
from bench.peers.data import Data, backends
from bench.peers.load import load
from bench.peers.servers import HAND_WRITTEN, ROLLCALL, SERVERS, Running, Server, install_node, running

PAGES, CONNECTIONS = (25, 100), (16, 1)
MARK = 6
"""Bytes with which a cursor of Rollcall begins, and which tell its list."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Measured:
    """One server, page and number of connections in one round; CPU in milliseconds a request."""

    server: str
    page: int
    connections: int
    round: int
    throughput: float
    p50: float
    cpu: float
    database_cpu: float


def compare(data: Data, *, rounds: int, seconds: int, only: Sequence[str], say: Say) -> dict[str, Any]:
    """Measurements, and the reasons why servers are missing."""
    missing = _missing(only, say)
    wanted = [server for server in SERVERS if server.name not in missing and (not only or server.name in only)]
    with ExitStack() as stack:
        up: list[Running] = []
        mark = _mark(data)
        for server in wanted:
            try:
                up.append(stack.enter_context(running(server, data, BENCH_CURSOR_MARK=mark)))
            except RuntimeError as error:
                missing[server.name] = str(error)
                say(f"!!! {error}")
        _require_same(up, data)
        for one, page in itertools.product(up, PAGES):
            load(one.url, _body(one, page, data), data.token, connections=16, seconds=seconds)
        pinned = len(CORES) > 1 and pin(backends(data), LOAD)
        measured = _rounds(up, data, rounds, seconds, say)
        _require_same(up, data)
    return {"measured": [asdict(found) for found in measured], "missing": missing, "pinned": pinned}


def _missing(only: Sequence[str], say: Say) -> dict[str, str]:
    names = [server.name for server in SERVERS if "mjs" in "".join(server.command)]
    if only and not set(names) & set(only):
        return {}
    reason = install_node()
    if reason:
        say(f"!!! NOT MEASURED: {', '.join(names)}: {reason}")
    return dict.fromkeys(names, reason) if reason else {}


def _rounds(up: list[Running], data: Data, rounds: int, seconds: int, say: Say) -> list[Measured]:
    measured = []
    for number, page, connections in itertools.product(range(rounds), PAGES, CONNECTIONS):
        for one in up[number % len(up) :] + up[: number % len(up)]:
            found = _measure(one, data, page, connections, number, seconds)
            measured.append(found)
            say(
                f"round {number + 1} page {page:>3} x{connections:<2} {one.server.name:<13} {found.throughput:8.0f}/s "
                f"p50 {found.p50:6.2f} ms  {found.cpu:6.2f} CPU-ms, database {found.database_cpu:5.2f}"
            )
    return measured


def _measure(one: Running, data: Data, page: int, connections: int, number: int, seconds: int) -> Measured:
    processes = backends(data)
    pin(processes, LOAD)
    before, database = cpu_seconds(one.process.pid), own_cpu_seconds(processes)
    came = load(one.url, _body(one, page, data), data.token, connections=connections, seconds=seconds)
    used = cpu_seconds(one.process.pid) - before
    asked = used_since(database, own_cpu_seconds(backends(data)))
    each = 1000 / came.requests
    return Measured(one.server.name, page, connections, number, came.throughput, came.p50, used * each, asked * each)


def _body(one: Running, page: int, data: Data) -> bytes:
    return one.server.question.body(page, data.platform)


def _mark(data: Data) -> str:
    """What the hand-written server needs to know, to write the same cursors as Rollcall."""
    with running(ROLLCALL, data) as rollcall:
        answer = client.post(rollcall.url, data.token, _body(rollcall, 1, data))
    cursor = answer["data"]["users"]["pageInfo"]["endCursor"]
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[:MARK].hex()


def _require_same(up: list[Running], data: Data) -> None:
    """The same facts from all, the same bytes from Rollcall and the hand-written one. Raises AssertionError."""
    for page in PAGES:
        answers = [client.post(one.url, data.token, _body(one, page, data)) for one in up]
        facts = [one.server.question.facts(answer) for one, answer in zip(up, answers, strict=True)]
        for one, told in zip(up, facts, strict=True):
            assert len(told) == page + 1, f"{one.server.name} gives {len(told) - 1} users, not {page}"
            assert told == facts[0], f"{one.server.name} does not tell the same as {up[0].server.name}"
        pair = {
            _sorted(answer["data"])
            for one, answer in zip(up, answers, strict=True)
            if one.server in (ROLLCALL, HAND_WRITTEN)
        }
        assert len(pair) <= 1, "Rollcall and the hand-written server differ"


def _sorted(data: Any) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def medians(measured: list[dict[str, Any]], what: str) -> dict[tuple[str, int, int], float]:
    """Of the rounds, by server, page and connections."""
    found: dict[tuple[str, int, int], list[float]] = {}
    for one in measured:
        found.setdefault((one["server"], one["page"], one["connections"]), []).append(one[what])
    return {key: median(values) for key, values in found.items()}


def ratios(measured: list[dict[str, Any]], limit: Server) -> dict[tuple[str, int, int], float]:
    """Throughput as a share of another server's in the same round; the median of the rounds."""
    by_round = {(m["round"], m["server"], m["page"], m["connections"]): m["throughput"] for m in measured}
    shares = [
        one | {"share": one["throughput"] / by_round[one["round"], limit.name, one["page"], one["connections"]]}
        for one in measured
        if (one["round"], limit.name, one["page"], one["connections"]) in by_round
    ]
    return medians(shares, "share")
