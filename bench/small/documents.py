"""Documents that nobody has sent before: how fast they are answered, what they leave behind, whom they slow down."""

import asyncio
import itertools
from collections.abc import Callable
from statistics import median
from typing import Any

import orjson

from bench.peers.client import Sent, at_rate, saturate
from bench.peers.cores import LOAD, cpu_seconds, keeping_to, pin, resident
from bench.peers.data import Data, backends
from bench.peers.load import Load, load
from bench.peers.question import DOCUMENT
from bench.peers.servers import ROLLCALL, Running, running

Say = Callable[[str], None]
Bodies = Callable[[], bytes]
SECONDS, PAGE = 3.0, 25
Flood = tuple[str, Bodies | None, float]
"""Its name, its documents, and how many a second."""

CALM = "undisturbed"


def distinct_small() -> Bodies:
    """A few tokens, with an alias that is never the same."""
    numbers = itertools.count()
    return lambda: orjson.dumps({"query": f"{{ viewer {{ a{next(numbers)}: firstName }} }}"})


def distinct_pages() -> Bodies:
    """The whole question of the page of users."""
    numbers = itertools.count()

    def body() -> bytes:
        document = DOCUMENT.replace("firstName\n", f"a{next(numbers)}: firstName\n")
        return orjson.dumps({"query": document, "variables": {"first": 1, "status": ["ACTIVE"]}})

    return body


def cold(data: Data, *, rounds: int, say: Say) -> dict[str, Any]:
    kinds = {"one field": distinct_small(), "a page's whole query, one user": distinct_pages()}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
    with running(ROLLCALL, data) as rollcall:
        for _ in range(rounds):
            for name, body in kinds.items():
                found[name].append(_answered(rollcall, body, data.token))
                say(f"cold: {name} {found[name][-1][0]:.0f}/s")
    rows = [(name, median(rate for rate, _ in runs), median(cpu for _, cpu in runs)) for name, runs in found.items()]
    return {"rows": rows}


def _answered(one: Running, body: Bodies, token: str) -> tuple[float, float]:
    before = cpu_seconds(one.process.pid)
    sent = asyncio.run(saturate(one.url, token, body, connections=4, seconds=SECONDS))
    return sent.throughput, 1000 * (cpu_seconds(one.process.pid) - before) / len(sent.latencies)


def memory(data: Data, *, distinct: int, say: Say) -> dict[str, Any]:
    rows, body = [], distinct_small()  # the caches are full after the first seconds
    step = max(distinct // 10, 1)
    with running(ROLLCALL, data) as rollcall:
        asyncio.run(saturate(rollcall.url, data.token, body, connections=4, seconds=SECONDS))
        rows.append((0, resident(rollcall.process.pid)))
        for count in range(step, distinct + 1, step):
            asyncio.run(saturate(rollcall.url, data.token, body, connections=4, seconds=3600, most=step))
            rows.append((count, resident(rollcall.process.pid)))
            say(f"memory: {count} distinct documents, {rows[-1][1]:.0f} MB")
    return {"rows": rows}


def flood(data: Data, *, rounds: int, say: Say) -> dict[str, Any]:
    """The hot document is asked all the time; the flood comes and goes in every round."""
    page, distinct = ROLLCALL.question.body(PAGE, data.platform), distinct_small()
    known = distinct()
    floods: tuple[Flood, ...] = (
        (CALM, None, 0),
        ("100 distinct a second", distinct, 100),
        ("1000 distinct a second", distinct, 1000),
        ("after", None, 0),
        ("1000 of one known document a second", lambda: known, 1000),
    )
    hot: dict[str, list[float]] = {}
    arrived: dict[str, list[float]] = {}
    put_off: dict[str, list[float]] = {}
    with running(ROLLCALL, data) as rollcall, keeping_to(LOAD):
        asyncio.run(saturate(rollcall.url, data.token, lambda: page, connections=8, seconds=SECONDS))
        pin(backends(data), LOAD)
        for _ in range(rounds):
            for name, body, rate in floods:
                asked, flooded = asyncio.run(_both(rollcall, data, page, body, rate))
                hot.setdefault(name, []).append(asked.throughput)
                arrived.setdefault(name, []).append(len(flooded.latencies) / asked.seconds)
                put_off.setdefault(name, []).append(flooded.put_off / asked.seconds)
                say(
                    f"flood: {name}: hot {asked.throughput:.0f}/s, answered {arrived[name][-1]:.0f}/s, "
                    f"put off {put_off[name][-1]:.0f}/s"
                )
    calm = hot[CALM]
    shares = {name: median(m / c for m, c in zip(runs, calm, strict=True)) for name, runs in hot.items()}
    rows = [
        (name, median(runs), shares[name], median(arrived[name]), median(put_off[name])) for name, runs in hot.items()
    ]
    return {"rows": rows}


async def _both(one: Running, data: Data, hot: bytes, flood: Bodies | None, rate: float) -> tuple[Load, Sent]:
    """The flood comes from this process, which keeps to the core of the load; the hot document from one of its own."""
    seconds = round(SECONDS)
    asking = asyncio.to_thread(load, one.url, hot, data.token, connections=8, seconds=seconds)
    flooding = _nothing()
    if flood:
        flooding = at_rate(one.url, data.token, flood, rate=rate, connections=200, seconds=seconds)
    asked, flooded = await asyncio.gather(asking, flooding)
    return asked, flooded


async def _nothing() -> Sent:
    return Sent()
