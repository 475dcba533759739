"""Short walks through the whole API; `make attack` takes long ones, against a server."""

import logging
from collections.abc import Iterator

import pytest

from tests.attack.stateful.promises import PROMISES, REFUSALS
from tests.attack.walks import MUTATIONS, quick_world, walk_in_process
from tests.both_ways import BothWays
from tests.conftest import StandingClock
from tests.world import World

pytestmark = pytest.mark.anyio

WALKS, MOST, STEPS = 12, 40, 80
"""So many walks, and more as long as there is a mutation that none of them has done. Should one never be done, look
first why: where all is well two or three more do it.
"""


@pytest.fixture
def world(database: str, clock: StandingClock) -> Iterator[World]:
    made = quick_world(clock)
    yield made
    made.hasher.close()


@pytest.mark.slow
async def test_no_walk_finds_a_promise_broken(world: World, caplog: pytest.LogCaptureFixture) -> None:
    found = await walk_in_process(world, range(MOST), STEPS, enough=WALKS)
    assert "\n".join(found.failures) == ""
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert found.lacking == []


@pytest.mark.slow
async def test_the_same_seed_walks_the_same_way(world: World) -> None:
    """Asks the same and hears the same; ids, tokens and cursors are others. Each query is answered both ways."""
    world.engine = BothWays()
    first = await walk_in_process(world, [3], STEPS)
    again = await walk_in_process(world, [3], STEPS)
    assert first.path != [] and world.engine.compared
    assert again.path == first.path


def test_promises_are_of_mutations_that_there_are() -> None:
    assert PROMISES.keys() | REFUSALS.keys() <= MUTATIONS
