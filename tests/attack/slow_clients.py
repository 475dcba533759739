"""slowhttptest: hundreds of clients that send or read as slowly as they can, beside one who does not."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

SLOWHTTPTEST = Path("/usr/bin/slowhttptest")
SECONDS = 30
GONE_WITHIN = 20.0
"""Seconds from the first slow client to the last one that costs the server anything."""

FEW = 5
"""Connections that may be the neighbour's, or those by which slowhttptest looks whether the server lives."""

SLOWEST_NEIGHBOUR = 2.0
LARGE = "/graphiql/vendor/graphiql.js"
"""A megabyte; six of them are more than the system's buffers take."""

MANY, FEWER = ["-c", "500", "-r", "250"], ["-c", "100", "-r", "50"]
"""Clients, and how many of them come in a second."""

KINDS = {
    "slow head": [*MANY, "-H", "-i", "2", "-x", "24", "-t", "GET"],
    "slow body": [*MANY, "-B", "-i", "2", "-x", "24", "-s", "8192", "-f", "application/json"],
    "slow reading": [*FEWER, "-X", "-k", "6", "-w", "1", "-y", "512", "-n", "2", "-z", "5"],
}
QUESTION = {"query": "{ viewer { id } }"}


@dataclass
class Slowed:
    """What came of one kind. `gone_after` None: connections were held until the clients left by themselves."""

    port: int
    started: float = field(default_factory=time.monotonic)
    most: int = 0
    gone_after: float | None = None
    neighbour: list[float] = field(default_factory=list)
    refused: int = 0

    def look(self) -> None:
        """Notes how many connections the server holds at most, and when it was rid of all but a few."""
        held = connections_held(self.port)
        self.most = max(self.most, held)
        if held > FEW:
            self.gone_after = None
        elif self.most > FEW and self.gone_after is None:
            self.gone_after = time.monotonic() - self.started

    @property
    def failures(self) -> list[str]:
        found = []
        if self.gone_after is None or self.gone_after > GONE_WITHIN:
            found.append(f"connections were held for {self.gone_after or SECONDS} s")
        if self.refused:
            found.append(f"{self.refused} requests of the neighbour failed")
        if max(self.neighbour) > SLOWEST_NEIGHBOUR:
            found.append(f"the neighbour waited for {max(self.neighbour):.1f} s")
        return found


async def attack(address: str, kind: str, folder: Path) -> Slowed:
    """SECONDS of one kind of slowness, while a neighbour asks ten times a second."""
    path = LARGE if kind == "slow reading" else "/graphql"
    process = await asyncio.create_subprocess_exec(
        SLOWHTTPTEST,
        *(*KINDS[kind], "-l", str(SECONDS), "-p", "3", "-u", f"{address}{path}", "-v", "1"),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
    )
    slowed = Slowed(int(address.rpartition(":")[2]))
    others = [asyncio.create_task(ask(address, slowed)), asyncio.create_task(watch(slowed))]
    await process.wait()
    slowed.look()
    for each in others:
        each.cancel()
        with suppress(asyncio.CancelledError):
            await each
    return slowed


async def ask(address: str, slowed: Slowed) -> None:
    """The neighbour, on a new connection each time, as slow clients would like to keep them from it."""
    async with httpx2.AsyncClient(timeout=10, limits=httpx2.Limits(max_keepalive_connections=0)) as http:
        while True:
            started = time.monotonic()
            try:
                slowed.refused += (await http.post(f"{address}/graphql", json=QUESTION)).status_code != 200
            except httpx2.TransportError:
                slowed.refused += 1
            slowed.neighbour.append(time.monotonic() - started)
            await asyncio.sleep(0.1)


async def watch(slowed: Slowed) -> None:
    while True:
        slowed.look()
        await asyncio.sleep(0.1)


def connections_held(port: int) -> int:
    """Connections to this port that a process still has open; what only the system still sends has no inode."""
    held = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, state, inode = (line.split()[column] for column in (1, 3, 9))
        held += local.endswith(f":{port:04X}") and state != "0A" and inode != "0"
    return held
