"""`enableUser`: back to where the user was, without sessions and links."""

import asyncio

import pytest

from tests.conftest import StandingClock
from tests.schema.users.documents import DISABLE, ENABLE, SIGN_IN, call, faults
from tests.schema.users.witness import nothing_changes, outbox, sessions_of, trail
from tests.world import PASSWORD, World, user_id

pytestmark = pytest.mark.anyio


async def test_an_enabled_user_is_active_again(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, disabled_at=clock.now, disabled_reason="Left", version=4)
    ask = await world.client(admin)
    clock.advance(minutes=5)
    payload = await call(ask, ENABLE, id=user_id(target))
    user = payload["user"]
    assert payload["errors"] == []
    assert (user["id"], user["status"], user["disabledAt"], user["disabledReason"]) == (
        user_id(target),
        "ACTIVE",
        None,
        None,
    )
    assert (user["version"], user["updatedAt"]) == (5, "2026-11-22T12:05:00Z")
    assert await trail() == [
        {
            "type": "user.enabled",
            "actor": "Grace Hopper",
            "target": target.id,
            "changes": [("disabledAt", "2026-11-22T12:00:00Z", None), ("disabledReason", "Left", None)],
        }
    ]
    assert await outbox() == []


async def test_no_session_comes_back_but_the_user_may_sign_in_again(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org")
    ask, theirs = await world.client(admin), await world.client(target)
    await call(ask, DISABLE, id=user_id(target))
    await call(ask, ENABLE, id=user_id(target))
    assert (await theirs("{ viewer { email } }")).data == {"viewer": None}
    assert await sessions_of(target) == 0
    payload = await call(await world.client(), SIGN_IN, email="ada@example.org", password=PASSWORD)
    assert (payload["errors"], payload["session"]["user"]["status"]) == ([], "ACTIVE")


async def test_who_never_completed_the_set_up_is_invited_again_without_a_mail(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, invited=True)
    ask = await world.client(admin)
    await call(ask, DISABLE, id=user_id(target))
    user = (await call(ask, ENABLE, id=user_id(target)))["user"]
    assert (user["status"], user["invitation"]["expired"]) == ("INVITED", True)
    assert user["alerts"] == [{"type": "INVITATION_EXPIRED"}]
    assert await outbox() == []


async def test_enabling_an_enabled_user_is_done_and_changes_nothing(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    clock.advance(seconds=30)
    async with nothing_changes():
        payload = await call(ask, ENABLE, id=user_id(target))
    assert (payload["errors"], payload["user"]["status"], payload["user"]["version"]) == ([], "ACTIVE", 1)


async def test_a_lock_outlives_disabling_and_enabling(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, locked_at=clock.now, failed_sign_ins=5)
    ask = await world.client(admin)
    await call(ask, DISABLE, id=user_id(target))
    user = (await call(ask, ENABLE, id=user_id(target)))["user"]
    assert user["lockout"] == {
        "lockedAt": "2026-11-22T12:00:00Z",
        "until": "2026-11-22T12:15:00Z",
        "failedAttempts": 5,
    }


async def test_disabling_and_enabling_at_once_count_one_version_and_one_event_a_change(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    turns = [call(ask, DISABLE if turn % 2 else ENABLE, id=user_id(target)) for turn in range(20)]
    payloads = await asyncio.gather(*turns)
    assert [faults(payload) for payload in payloads] == [[]] * 20
    events = [event["type"] for event in await trail()]
    user = (await call(ask, ENABLE, id=user_id(target)))["user"]
    disabled, enabled = events.count("user.disabled"), events.count("user.enabled")
    assert disabled - enabled in (0, 1)
    assert user["version"] == 1 + 2 * disabled
