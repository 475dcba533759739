"""Rounds of a race: everybody starts at once, and the invariants hold after each."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from tortoise import connections

from models.audit_event import AuditEvent
from models.platform import Platform
from models.role import Role
from models.user import User
from services.actor import Origin
from services.passwords import Hasher
from services.refusals import Refusal, refusals_in
from tests.world import World, cheap_hasher

ROUNDS = int(os.environ.get("ROLLCALL_RACE_ROUNDS", "25"))
"""ROLLCALL_RACE_ROUNDS=100 before a release."""

ORIGIN = Origin(ip_address="203.0.113.7", request_id="race")
every_round = pytest.mark.parametrize("engine", ["postgres"], indirect=True)

Step = Callable[[], Awaitable[Any]]


@pytest.fixture
def hasher() -> Iterator[Hasher]:
    made = cheap_hasher()
    yield made
    made.close()


async def at_once(round: int, **steps: Step) -> dict[str, str]:
    """Takes all steps at the same time; what became of each: `done`, or the code of its refusal.

    A few empty statements before each step, other ones in every round, shift them against each other.
    """
    chance = random.Random(round)
    names = chance.sample(sorted(steps), len(steps))
    outcomes = await asyncio.gather(*[_outcome(steps[name], chance.randrange(8)) for name in names])
    return dict(zip(names, outcomes, strict=True))


async def _outcome(step: Step, delay: int) -> str:
    for _ in range(delay):
        await connections.get("default").execute_query("SELECT 1")
    try:
        await step()
    except (Refusal, ExceptionGroup) as error:
        return " ".join(refusal.code.value for refusal in refusals_in(error))
    return "done"


async def two_administrators(world: World, round: int) -> tuple[User, User]:
    """Of a new platform; those of the rounds before are gone, so that no round is slower than the first."""
    for table in (AuditEvent, User, Role, Platform):
        await table.all().delete()
    platform = await world.platform(f"Round {round}")
    return await world.admin(platform, first_name="Ann"), await world.admin(platform, first_name="Bob")
