"""`changeUserRole`"""

import pytest

from schema.ids import global_id
from tests.conftest import StandingClock
from tests.schema.users.documents import CHANGE_ROLE, EDIT, call, faults
from tests.schema.users.witness import nothing_changes, outbox, sessions_of, trail
from tests.world import World, role_id, user_id

pytestmark = pytest.mark.anyio


async def test_another_role_is_given_recorded_and_told(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    platform = await admin.platform
    target = await world.user(platform, email="ada@example.org")
    ask, support = await world.client(admin), await world.role(platform, "Support")
    await world.session(target)
    clock.advance(minutes=5)
    payload = await call(ask, CHANGE_ROLE, id=user_id(target), roleId=role_id(support), expectedVersion=1)
    user = payload["user"]
    assert payload["errors"] == []
    assert (user["id"], user["role"], user["status"], user["version"], user["updatedAt"]) == (
        user_id(target),
        {"name": "Support"},
        "ACTIVE",
        2,
        "2026-11-22T12:05:00Z",
    )
    assert await trail() == [
        {
            "type": "user.role_changed",
            "actor": "Grace Hopper",
            "target": target.id,
            "changes": [("role", "Viewer", "Support")],
        }
    ]
    assert await outbox() == [("role_changed", "ada@example.org", "QUEUED")]
    assert await sessions_of(target) == 1


async def test_a_new_role_counts_from_the_next_request_on(world: World) -> None:
    admin = await world.admin()
    platform = await admin.platform
    target = await world.user(platform)
    ask, promoted = await world.client(admin), await world.client(target)
    rename = {"id": user_id(admin), "firstName": "Amazing"}
    assert faults(await call(promoted, EDIT, **rename)) == [("FORBIDDEN", None)]
    for role, refused in (("Platform", []), ("Viewer", [("FORBIDDEN", None)])):
        await call(ask, CHANGE_ROLE, id=user_id(target), roleId=role_id(await world.role(platform, role)))
        assert faults(await call(promoted, EDIT, **rename)) == refused


async def test_the_same_role_again_changes_nothing(world: World) -> None:
    admin = await world.admin()
    platform = await admin.platform
    target = await world.user(platform)
    ask, viewer = await world.client(admin), await world.role(platform, "Viewer")
    async with nothing_changes():
        payload = await call(ask, CHANGE_ROLE, id=user_id(target), roleId=role_id(viewer))
    assert (payload["errors"], payload["user"]["version"]) == ([], 1)


async def test_a_role_that_the_platform_does_not_have_is_invalid(world: World) -> None:
    admin, other = await world.admin(), await world.platform("Other")
    target = await world.user(await admin.platform)
    ask, foreign = await world.client(admin), await world.role(other, "Viewer")
    async with nothing_changes():
        for id in (role_id(foreign), user_id(target), global_id("Role", target.id), "broken", "", "\ud800"):
            payload = await call(ask, CHANGE_ROLE, id=user_id(target), roleId=id)
            assert faults(payload) == [("INVALID", "roleId")]
            assert payload["user"] is None


async def test_a_stale_version_shows_the_user_as_it_now_is(world: World) -> None:
    admin = await world.admin()
    platform = await admin.platform
    target = await world.user(platform, version=3)
    ask, support = await world.client(admin), await world.role(platform, "Support")
    async with nothing_changes():
        payload = await call(ask, CHANGE_ROLE, id=user_id(target), roleId=role_id(support), expectedVersion=2)
    assert faults(payload) == [("STALE_VERSION", "expectedVersion")]
    assert (payload["user"]["role"], payload["user"]["version"]) == ({"name": "Viewer"}, 3)


async def test_an_invited_user_keeps_the_invitation(world: World) -> None:
    admin = await world.admin()
    platform = await admin.platform
    target = await world.user(platform, invited=True)
    ask, support = await world.client(admin), await world.role(platform, "Support")
    user = (await call(ask, CHANGE_ROLE, id=user_id(target), roleId=role_id(support)))["user"]
    assert (user["status"], user["invitation"]["timesSent"], user["invitation"]["expired"]) == ("INVITED", 1, False)
