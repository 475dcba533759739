"""What a request costs, and what of it each part of the server that a hand-written one has no need of."""

from collections.abc import Callable
from statistics import median
from typing import Any

from bench.peers.cores import LOAD, cpu_seconds, pin
from bench.peers.data import Data, backends
from bench.peers.load import load
from bench.peers.servers import HAND_WRITTEN, PYTHON, ROLLCALL, Running, Server, running

CONNECTIONS, SECONDS, PAGE = 16, 2, 25
COMMAND = ("serve", "--port", "{port}")
PARTS = {
    "session": "looking the session up, with its user, role and policy",
    "log": "the line in the log",
    "figures": "the figures for /metrics",
    "time-limit": "the time limit",
    "headers": "the security headers",
}
"""By the names of `bench.small.without`."""


def measure(data: Data, *, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Microseconds of the worker's CPU a request; each part in a pair of its own, whose two take turns."""
    whole, by_hand = _pair(HAND_WRITTEN, data, rounds)
    rows = [("a request by Rollcall", median(whole)), ("a request by hand", median(by_hand))]
    say(f"parts: Rollcall {rows[0][1]:.0f}, by hand {rows[1][1]:.0f} microseconds")
    for part, title in PARTS.items():
        whole, without = _pair(_without(part), data, rounds)
        rows.append((title, median(more - less for more, less in zip(whole, without, strict=True))))
        say(f"parts: {title}: {rows[-1][1]:.0f} microseconds")
    return {"rows": rows}


def _without(part: str) -> Server:
    return Server(f"without {part}", f"without {part}", (PYTHON, "-m", "bench.small.without", part, *COMMAND))


def _pair(other: Server, data: Data, rounds: int) -> tuple[list[float], list[float]]:
    """Of Rollcall, and of the other."""
    found: tuple[list[float], list[float]] = ([], [])
    with running(ROLLCALL, data) as whole, running(other, data) as less:
        for one in (whole, less):
            _microseconds(one, data)
        for number in range(rounds):
            for index in (number % 2, 1 - number % 2):
                found[index].append(_microseconds((whole, less)[index], data))
    return found


def _microseconds(one: Running, data: Data) -> float:
    pin(backends(data), LOAD)
    body, before = one.server.question.body(PAGE, data.platform), cpu_seconds(one.process.pid)
    came = load(one.url, body, data.token, connections=CONNECTIONS, seconds=SECONDS)
    return (cpu_seconds(one.process.pid) - before) / came.requests * 1e6
