"""Short walks through the whole API; `make attack` takes long ones, against a server."""

import httpx2
import pytest
from structlog.testing import capture_logs

from tests.attack.stateful.judge import Walked
from tests.attack.stateful.promises import PROMISES
from tests.attack.stateful.stage import set_stage
from tests.attack.stateful.talking import Talking
from tests.attack.stateful.walk import Walk
from tests.attack.walks import QUESTIONS, SCHEMA
from tests.conftest import T0
from tests.invariants import broken_invariants
from tests.world import World

pytestmark = pytest.mark.anyio

WALKS, STEPS = 12, 40


async def walked(world: World, seed: int) -> Walked:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(world.app), base_url="http://test") as http:
        return await Walk(Talking(http), await set_stage(world, seed), SCHEMA, QUESTIONS, seed).run(STEPS)


async def test_no_walk_finds_a_promise_broken(world: World) -> None:
    with capture_logs() as logs:
        walks = [await walked(world, seed) for seed in range(WALKS)]
    faults = [(walk.seed, fault, *walk.story) for walk in walks for fault in walk.faults]
    assert faults == []
    assert [line for line in logs if line["event"].endswith(".bug")] == []
    assert await broken_invariants(world.clock.now) == []


async def test_the_same_seed_walks_the_same_way(world: World) -> None:
    """Asks the same and hears the same, at the same time; ids, tokens and cursors are others."""
    first = await walked(world, 3)
    world.clock.now = T0
    again = await walked(world, 3)
    assert len(first.path) == STEPS
    assert again.path == first.path


def test_promises_are_of_mutations_that_there_are() -> None:
    assert PROMISES.keys() <= {question.name for question in QUESTIONS if question.mutates}
