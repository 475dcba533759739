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

from models.database import opened
from services.clock import system_clock
from tests.attack.stateful.judge import Walked
from tests.attack.stateful.questions import questions
from tests.attack.stateful.stage import set_stage
from tests.attack.stateful.talking import Talking
from tests.attack.stateful.walk import Walk
from tests.faults.stage import Now
from tests.invariants import broken_invariants
from tests.running import PATIENCE, ROOT, command, free_port, running
from tests.world import World

WALKS, FIRST_SEED = int(os.environ.get("ROLLCALL_ATTACK_WALKS", "40")), int(os.environ.get("ROLLCALL_ATTACK_SEED", "0"))
STEPS = 100
SCHEMA = build_schema((ROOT / "schema.graphql").read_text("utf-8"))
QUESTIONS = questions(SCHEMA, Random(1), variants=2)


@dataclass
class Walks:
    """What came of all of them; `failures` are sentences."""

    steps: int = 0
    seconds: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, walked: Walked) -> None:
        self.steps += len(walked.path)
        self.asked.update(entry.partition(" ")[0] for entry in walked.path)
        self.done.update(walked.done)
        story = "\n        ".join(["", *walked.story]) if walked.faults else ""
        self.failures += [f"walk {walked.seed}, step {len(walked.path)}: {fault}{story}" for fault in walked.faults]

    @property
    def mutations(self) -> int:
        names = {question.name for question in QUESTIONS if question.mutates}
        return sum(times for name, times in self.asked.items() if name in names)

    @property
    def never_done(self) -> list[str]:
        return sorted({question.name for question in QUESTIONS if question.mutates} - {*(+self.done)})


def server_settings() -> dict[str, str]:
    """No mail server, so that mails wait in the outbox, where the walks read their links; guesses are judged."""
    return {"SMTP_URL": f"smtp://127.0.0.1:{free_port()}", "SIGN_IN_FAILURES": "0"}


async def walk(address: str, url: str, seeds: Iterable[int]) -> Walks:
    """One walk for each seed, each on a platform of its own, in the server's database; then the rules between rows."""
    found, started = Walks(), time.monotonic()
    async with opened(url), httpx2.AsyncClient(base_url=address, timeout=PATIENCE) as http:
        world = World(Now())
        for seed in seeds:
            stage = await set_stage(world, seed)
            found.add(await Walk(Talking(http), stage, SCHEMA, QUESTIONS, seed).run(STEPS))
        world.hasher.close()
        found.failures += await broken_invariants(system_clock())
    found.seconds = time.monotonic() - started
    return found


async def repeat(seed: int, folder: Path) -> Walks:
    url = f"sqlite://{folder}/walk.db"
    await command("migrate", database_url=url)
    async with running(url, folder / "log", **server_settings()) as address:
        return await walk(address, url, [seed])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(repeat(parser.parse_args().seed, Path(folder)))
    print(*(found.failures or ["ok"]), sep="\n")
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main())
