"""`make endurance`: minutes of mixed load on two servers at half of what they can do, while everything fails once.

Exits 1 after a wrong answer, a request that was not answered for no reason, a mail that was lost or came twice for no
reason, a broken rule between rows, or memory that grows.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

from models.database import opened
from models.mail import Mail
from services.clock import system_clock
from services.mail.delivery import LEASE
from tests.faults.cluster import Cluster
from tests.faults.mails import came_again
from tests.faults.servers import Server
from tests.faults.stage import Stage, check, outcome, set_stage, under_load
from tests.faults.traffic import Balancer, Traffic, quantile
from tests.services.mail.smtp_server import ScriptedServer

PEOPLE = 60
MEASURING_SECONDS, AT_ONCE = 10, 8
"""How long is measured what the servers can do, and by how many callers who never rest."""

RECOVERING_SECONDS = 3.0
"""After a server says that it is ready again, a request that has waited may still fail for so long."""

GROWTH = 1.10
"""By how much the memory of the last fifth of the time may exceed that of the second."""

MAILS_SECONDS = 120

ONE_ADDRESS = {"SIGN_IN_FAILURES": "0"}
"""All callers come from here, and the disabled among them fail to sign in: nobody would be heard after a minute."""


@dataclass
class Endured:
    """One attempt; `excused` are the spans of time in which requests may go unanswered."""

    cluster: Cluster
    stage: Stage
    mails: ScriptedServer
    servers: list[Server]
    seconds: float
    started: float = 0.0
    excused: list[tuple[float, float]] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    """Of the server that is never told to stop, in kB, at equal distances."""

    async def at(self, share: float, what: str) -> None:
        """Returns when this share of the time is over."""
        await asyncio.sleep(max(0.0, self.started + share * self.seconds - time.monotonic()))
        print(f"{time.monotonic() - self.started:7.1f} s  {what}", flush=True)

    async def fail_everything(self) -> None:
        """One fault after the other, each over before the next one begins; returns when the time is over."""
        await self.at(0.1, "the mail server is gone")
        await self.mails.stop()
        await self.at(0.3, "the mail server is back")
        await self.mails.start()
        for share, mode in ((0.4, "fast"), (0.5, "immediate")):
            await self.at(share, f"PostgreSQL restarts ({mode})")
            await self.restart_database(mode)
        await self.at(0.65, "SIGTERM to one of the servers")
        self.servers[0].terminate()
        assert await self.servers[0].ended() == 0
        await self.at(0.75, "it starts again")
        await self.servers[0].start()
        await self.at(1, "the end")

    async def restart_database(self, mode: str) -> None:
        began = time.monotonic()
        await self.cluster.stop(mode)
        await self.cluster.start(autovacuum="on")
        for server in self.servers:
            await server.readiness(200)
        self.excused.append((began, time.monotonic() + RECOVERING_SECONDS))

    async def watch_memory(self) -> None:
        process = self.servers[1].process
        assert process is not None
        while True:
            status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            self.memory.extend(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
            await asyncio.sleep(self.seconds / 100)

    async def every_mail_sent(self) -> None:
        """Gives up after MAILS_SECONDS: what is missing then is lost. Who has a mail in hand keeps it."""
        async with opened(self.stage.url):
            now = system_clock()
            await Mail.filter(state="QUEUED", due_at__gt=now + LEASE).update(due_at=now)
        with suppress(TimeoutError):
            async with asyncio.timeout(MAILS_SECONDS):
                while (await outcome(self.stage.url))["QUEUED"]:
                    await asyncio.sleep(0.5)


@asynccontextmanager
async def alongside(*tasks: asyncio.Task[None]) -> AsyncIterator[None]:
    """The tasks run while the block does."""
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def capacity(traffic: Traffic) -> float:
    """Requests in a second, of the same mix, by callers who never rest."""
    numbers, ends, done = count(10**6), time.monotonic() + MEASURING_SECONDS, 0

    async def caller() -> None:
        nonlocal done
        while time.monotonic() < ends:
            await traffic.call(next(numbers))
            done += 1

    await asyncio.gather(*[caller() for _ in range(AT_ONCE)])
    return done / MEASURING_SECONDS


async def endure(endured: Endured, rate: float | None) -> list[str]:
    """What went wrong, in sentences."""
    balancer = Balancer(endured.servers, endured.stage.token)
    traffic = Traffic(balancer, endured.stage)
    async with alongside(asyncio.create_task(balancer.watch())):
        await traffic.sign_everybody_in()
        if rate is None:
            most = await capacity(traffic)
            rate = most / 2
            print(f"The servers answer {most:.0f} requests in a second.")
        traffic.seconds.clear()
        endured.started = time.monotonic()
        print(f"{endured.seconds / 60:.0f} minutes of {rate:.0f} requests in a second:", flush=True)
        watching = asyncio.create_task(endured.watch_memory())
        async with alongside(watching), under_load(rate, traffic.call) as replies:
            await endured.fail_everything()
        await endured.every_mail_sent()
    print(f"{len(replies)} requests; the server took {cpu_seconds(endured.servers[1]):.0f} s of CPU.")
    return [
        *judged(endured, traffic),
        *flat(endured.memory),
        *await mails_sent(endured, traffic),
        *await rules(endured),
    ]


def cpu_seconds(server: Server) -> float:
    assert server.process is not None
    times = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / 100


def judged(endured: Endured, traffic: Traffic) -> list[str]:
    """Prints how the answers were."""
    for kind, seconds in sorted(traffic.seconds.items()):
        half, most = quantile(seconds, 0.5), quantile(seconds, 0.99)
        print(f"{kind:>8}: {len(seconds)} answers, half within {half:.0f} ms, 99 of 100 within {most:.0f} ms")
    unexcused = [
        f"unanswered after {at - endured.started:.1f} s: {what}"
        for at, what in traffic.unanswered
        if not any(begin <= at <= end for begin, end in endured.excused)
    ]
    print(f"{len(traffic.wrong)} wrong answers; {len(traffic.unanswered) - len(unexcused)} requests without an answer "
          f"while PostgreSQL restarted, {len(unexcused)} at other times.")  # fmt: skip
    return traffic.wrong + unexcused


def flat(memory: list[int]) -> list[str]:
    fifth = len(memory) // 5
    before, after = median(memory[fifth : 2 * fifth]), median(memory[-fifth:])
    print(
        f"Memory of a server: {before / 1024:.1f} MiB in the second fifth of the time, {after / 1024:.1f} in the last."
    )
    return [f"memory grew from {before} to {after} kB"] if after > before * GROWTH else []


async def mails_sent(endured: Endured, traffic: Traffic) -> list[str]:
    """Whoever was added has one mail, and every mail arrived; twice only where a restart may have cost its mark."""
    async with opened(endured.stage.url):
        mails = await Mail.all()
    arrived = {mail.mail_id for mail in endured.mails.received}
    explained, for_nothing = came_again(endured.mails.received, endured.excused)
    print(f"{len(mails)} mails, {len(arrived)} of them arrived; {len(explained)} came again for a restart between.")
    invited = sorted(mail.recipient for mail in mails if mail.recipient in set(traffic.added))
    return [
        *(f"a mail to {mail.recipient} is lost ({mail.state})" for mail in mails if str(mail.id) not in arrived),
        *(f"a mail to {mail.recipients[0]} came again for nothing" for mail in for_nothing),
        *([] if invited == sorted(traffic.added) else ["somebody was added without a mail, or with two"]),
    ]


async def rules(endured: Endured) -> list[str]:
    try:
        await check(endured.stage.url)
    except AssertionError as broken:
        return [f"a rule between rows is broken: {broken}"]
    return []


async def attempt(minutes: float, rate: float | None, folder: Path) -> list[str]:
    cluster, mails = Cluster(), ScriptedServer()
    try:
        await cluster.make()
        stage = await set_stage(await cluster.database(), PEOPLE)
        await cluster.stop()
        await cluster.start(autovacuum="on")
        await mails.start()
        settings = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "SHUTDOWN_DELAY": "5"} | ONE_ADDRESS
        first, second = (Server(stage.url, folder / f"{name}.log", settings=settings) for name in ("first", "second"))
        async with first, second:
            return await endure(Endured(cluster, stage, mails, [first, second], minutes * 60), rate)
    finally:
        await mails.stop()
        with suppress(AssertionError):
            await cluster.stop("immediate")
        cluster.remove()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, help="requests in a second; half of what is measured where not given")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        failures = asyncio.run(attempt(given.minutes, given.rate, Path(folder)))
    print(*(["FAILED:", *failures[:50]] if failures else ["ok"]), sep="\n  ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
