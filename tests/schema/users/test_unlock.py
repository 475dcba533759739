"""`unlockUser`"""

import asyncio

import pytest

from models.user import User
from tests.conftest import StandingClock
from tests.schema.users.documents import SIGN_IN, UNLOCK, call, faults
from tests.schema.users.witness import nothing_changes, outbox, sessions_of, trail
from tests.world import PASSWORD, World, user_id

pytestmark = pytest.mark.anyio


async def test_an_unlocked_user_may_sign_in_at_once(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(
        await admin.platform, email="ada@example.org", locked_at=clock.now, failed_sign_ins=7, version=2
    )
    ask, anybody = await world.client(admin), await world.client()
    assert faults(await call(anybody, SIGN_IN, email="ada@example.org", password=PASSWORD)) != []
    await User.filter(id=target.id).update(failed_sign_ins=7)
    clock.advance(minutes=5)
    payload = await call(ask, UNLOCK, id=user_id(target))
    user = payload["user"]
    assert payload["errors"] == []
    assert (user["id"], user["lockout"], user["alerts"], user["status"]) == (user_id(target), None, [], "ACTIVE")
    assert (user["version"], user["updatedAt"]) == (3, "2026-11-22T12:05:00Z")
    assert await trail() == [
        {
            "type": "user.unlocked",
            "actor": "Grace Hopper",
            "target": target.id,
            "changes": [("lockedAt", "2026-11-22T12:00:00Z", None), ("failedAttempts", "7", "0")],
        }
    ]
    assert await outbox() == []
    assert faults(await call(anybody, SIGN_IN, email="ada@example.org", password=PASSWORD)) == []
    assert await sessions_of(target) == 1


async def test_an_account_without_a_lock_is_left_as_it_is(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    clock.advance(seconds=30)
    async with nothing_changes():
        payload = await call(ask, UNLOCK, id=user_id(target))
    assert (payload["errors"], payload["user"]["version"]) == ([], 1)


async def test_failures_short_of_a_lock_are_forgotten_and_that_is_recorded(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, failed_sign_ins=4)
    payload = await call(await world.client(admin), UNLOCK, id=user_id(target))
    assert (payload["errors"], payload["user"]["version"]) == ([], 2)
    assert [event["changes"] for event in await trail()] == [[("failedAttempts", "4", "0")]]


async def test_a_repeat_changes_nothing(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, locked_at=clock.now, failed_sign_ins=5)
    ask = await world.client(admin)
    first = await call(ask, UNLOCK, id=user_id(target))
    clock.advance(seconds=30)
    async with nothing_changes():
        assert await call(ask, UNLOCK, id=user_id(target)) == first


async def test_twenty_at_once_unlock_once(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, locked_at=clock.now, failed_sign_ins=5)
    ask = await world.client(admin)
    answers = await asyncio.gather(*(call(ask, UNLOCK, id=user_id(target)) for _ in range(20)))
    assert answers == [answers[0]] * 20
    assert (answers[0]["user"]["version"], [event["type"] for event in await trail()]) == (2, ["user.unlocked"])


async def test_unlocking_does_not_enable(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, locked_at=clock.now, disabled_at=clock.now)
    user = (await call(await world.client(admin), UNLOCK, id=user_id(target)))["user"]
    assert (user["status"], user["lockout"]) == ("INACTIVE", None)
