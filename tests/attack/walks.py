"""Long walks through the API of a server; `python -m tests.attack.walks --seed 7` repeats one of them, and tells it."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx2
from graphql import build_schema
from structlog.testing import capture_logs

from models.database import opened
from models.origin_failure import OriginFailure
from schema.execution.engine import Engine
from services.clock import system_clock
from services.refusals import ErrorCode
from tests.attack.logged import bugs, bugs_in
from tests.attack.stateful.judge import Walked
from tests.attack.stateful.questions import questions
from tests.attack.stateful.stage import set_stage
from tests.attack.stateful.talking import Talking
from tests.attack.stateful.walk import Walk
from tests.conftest import T0, StandingClock
from tests.faults.stage import Now
from tests.invariants import broken_invariants
from tests.running import PATIENCE, ROOT, command, free_port, running
from tests.world import World, cheap_hasher

WALKS, FIRST_SEED = int(os.environ.get("ROLLCALL_ATTACK_WALKS", "40")), int(os.environ.get("ROLLCALL_ATTACK_SEED", "0"))
STEPS, ENOUGH = 100, 14
"""Of a walk; and how many such walks do every mutation."""

SCHEMA = build_schema((ROOT / "schema.graphql").read_text("utf-8"))
QUESTIONS = questions(SCHEMA, Random(1), variants=2)
MUTATIONS = {question.name for question in QUESTIONS if question.mutates}


@dataclass
class Walks:
    """What came of all of them; `failures` are sentences."""

    path: list[str] = field(default_factory=list)
    """What was asked, and how it was answered."""

    seconds: float = 0.0
    done: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, walked: Walked, repeating: str) -> None:
        """`repeating`: the command's arguments, besides the seed, by which the walk is repeated."""
        self.path += walked.path
        self.done.update(walked.done)
        self.codes.update(walked.codes)
        how = f"python -m tests.attack.walks --seed {walked.seed} {repeating}"
        story = "\n        ".join([f"; repeat it by {how}", *walked.story])
        self.failures += [f"walk {walked.seed}, step {len(walked.path)}: {fault}{story}" for fault in walked.faults]

    @property
    def mutations(self) -> int:
        """How many were asked for."""
        return sum(entry.partition(" ")[0] in MUTATIONS for entry in self.path)

    @property
    def lacking(self) -> list[str]:
        """What must succeed where the walks are to say anything, and has not."""
        return [f"{name} was never done" for name in sorted(MUTATIONS) if not self.done[name]]

    @property
    def unheard(self) -> list[str]:
        """Codes that no mutation was answered."""
        return sorted({*ErrorCode} - {*(+self.codes)})


def server_settings() -> dict[str, str]:
    """No mail server, so that mails wait in the outbox, where the walks read their links; guesses are judged."""
    return {"SMTP_URL": f"smtp://127.0.0.1:{free_port()}", "SIGN_IN_FAILURES": "0"}


async def walk(address: str, url: str, seeds: Iterable[int], steps: int = STEPS) -> Walks:
    """One walk for each seed, each on a platform of its own, in the server's database; then the rules between rows."""
    found, started = Walks(), time.monotonic()
    async with opened(url), httpx2.AsyncClient(base_url=address, timeout=PATIENCE) as http:
        world = World(Now())
        for seed in seeds:
            stage = await set_stage(world, seed)
            found.add(await Walk(Talking(http), stage, SCHEMA, QUESTIONS, seed).run(steps), f"--steps {steps}")
        world.hasher.close()
        found.failures += await broken_invariants(system_clock())
    found.seconds = time.monotonic() - started
    return found


def quick_world(clock: StandingClock) -> World:
    """Whose passwords take no time, and whose queries are answered as by a server: one way, and not both."""
    return World(clock, hasher=cheap_hasher(), engine=Engine())


async def walk_in_process(world: World, seeds: Iterable[int], steps: int, enough: int | None = None) -> Walks:
    """The same without a server, in the database that is open; each walk begins at the same instant, which its steps
    alone move on, so that a seed repeats it. The log is judged too. `enough`: walks that will do, if they lack nothing.
    """
    found, ends = Walks(), [T0]
    with capture_logs() as logs:
        for number, seed in enumerate(seeds):
            if enough is not None and number >= enough and (found.failures or not found.lacking):
                break
            world.clock.now = T0
            await OriginFailure.all().delete()  # all walks come from the same address
            transport = httpx2.ASGITransport(world.app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
                stage = await set_stage(world, seed)
                walked = await Walk(Talking(http), stage, SCHEMA, QUESTIONS, seed).run(steps)
            found.add(walked, f"--steps {steps} --standing-clock")
            ends.append(world.clock.now)
    found.failures += [*bugs(logs), *await broken_invariants(max(ends))]
    return found


async def repeat(seed: int, steps: int, folder: Path) -> Walks:
    """Against a server, by the system's clock: what hangs on the time, as one-time codes do, may come otherwise."""
    url, log = f"sqlite://{folder}/walk.db", folder / "log"
    await command("migrate", database_url=url)
    async with running(url, log, **server_settings()) as address:
        found = await walk(address, url, [seed], steps)
    found.failures += bugs_in(log)
    return found


async def repeat_in_process(seed: int, steps: int, folder: Path) -> Walks:
    url = f"sqlite://{folder}/walk.db"
    await command("migrate", database_url=url)
    async with opened(url):
        world = quick_world(StandingClock())
        found = await walk_in_process(world, [seed], steps)
        world.hasher.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--standing-clock", action="store_true", help="in process, by a clock of its own, as the suite")
    given = parser.parse_args()
    way = repeat_in_process if given.standing_clock else repeat
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(way(given.seed, given.steps, Path(folder)))
    print(*(found.failures or ["ok"]), sep="\n")
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main())
