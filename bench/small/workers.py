"""Two workers against one."""

from collections.abc import Callable
from statistics import median
from typing import Any

from bench.peers.cores import CORES
from bench.peers.data import Data
from bench.peers.load import load
from bench.peers.servers import ROLLCALL, running

CONNECTIONS, SECONDS, PAGE = 16, 3, 25


def measure(data: Data, *, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Nothing is pinned; the two take turns."""
    body = ROLLCALL.question.body(PAGE, data.platform)
    one: list[float] = []
    two: list[float] = []
    with (
        running(ROLLCALL, data, pinning=False) as single,
        running(ROLLCALL, data, pinning=False, extra=("--workers", "2")) as double,
    ):
        for _ in range(rounds + 1):
            for started, found in ((single, one), (double, two)):
                came = load(started.url, body, data.token, connections=CONNECTIONS, seconds=SECONDS)
                found.append(came.throughput)
            say(f"workers: one {one[-1]:.0f}/s, two {two[-1]:.0f}/s")
    one, two = one[1:], two[1:]  # the first round has warmed them up
    ratio = median(more / fewer for more, fewer in zip(two, one, strict=True))
    return {"one": median(one), "two": median(two), "ratio": ratio, "cores": len(CORES)}
