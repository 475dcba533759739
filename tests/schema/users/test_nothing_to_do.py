"""A mutation that finds its work done changes nothing; one whose input still differs somewhere changes just that."""

from typing import Any

import pytest

from models.role import Role
from models.user import User
from tests.conftest import T0, StandingClock
from tests.schema.roles.test_roles import EDIT as EDIT_ROLE
from tests.schema.users.documents import CHANGE_EMAIL, CHANGE_ROLE, DISABLE, EDIT, ENABLE, UNLOCK, call, faults
from tests.schema.users.witness import nothing_changes, trail
from tests.world import Client, World, role_id, user_id

pytestmark = pytest.mark.anyio


async def disabled(world: World, clock: StandingClock, reason: str | None) -> tuple[Client, User]:
    """Somebody who was disabled an hour ago, and an administrator's client."""
    admin = await world.admin()
    target = await world.user(await admin.platform, disabled_at=T0, disabled_reason=reason)
    clock.advance(hours=1)
    return await world.client(admin), target


@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        (None, "Left", "Left"),
        ("Left", "On leave", "On leave"),
        ("Left", "left", "left"),
        ("Left", None, None),
        ("Left", "", None),
        ("Left", " \n ", None),
    ],
)
async def test_another_reason_of_a_disabled_user_is_stored_with_version_and_event(
    world: World, clock: StandingClock, before: str | None, given: str | None, after: str | None
) -> None:
    ask, target = await disabled(world, clock, before)
    payload = await call(ask, DISABLE, id=user_id(target), reason=given)
    user = payload["user"]
    assert payload["errors"] == []
    assert (user["disabledReason"], user["disabledAt"], user["version"]) == (after, "2026-11-22T12:00:00Z", 2)
    assert user["updatedAt"] == "2026-11-22T13:00:00Z"
    assert await trail() == [
        {
            "type": "user.disabled",
            "actor": "Grace Hopper",
            "target": target.id,
            "changes": [("disabledReason", before, after)],
        }
    ]


@pytest.mark.parametrize(
    ("before", "given"),
    [
        ("Left", {}),
        (None, {}),
        ("Left", {"reason": "Left"}),
        ("Left", {"reason": "  Left "}),
        (None, {"reason": None}),
        (None, {"reason": " "}),
    ],
)
async def test_the_same_reason_or_none_given_changes_nothing_of_a_disabled_user(
    world: World, clock: StandingClock, before: str | None, given: dict[str, str | None]
) -> None:
    ask, target = await disabled(world, clock, before)
    async with nothing_changes():
        payload = await call(ask, DISABLE, id=user_id(target), **given)
    assert (payload["errors"], payload["user"]["disabledReason"]) == ([], before)


async def test_a_reason_that_is_invalid_changes_nothing_of_a_disabled_user(world: World, clock: StandingClock) -> None:
    ask, target = await disabled(world, clock, "Left")
    async with nothing_changes():
        assert faults(await call(ask, DISABLE, id=user_id(target), reason="x" * 501)) == [("INVALID", "reason")]


FACTS: dict[str, Any] = {"phone_number": "+14155550132", "timezone": "Europe/Berlin", "email": "ada@example.org"}
SAME = {"firstName": "Ada", "lastName": "Lovelace", "phoneNumber": "+1 415 555 0132", "timezone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("document", "input"),
    [
        (EDIT, SAME),
        (EDIT, {"firstName": "  Ada "}),
        (EDIT, {}),
        (EDIT, {"expectedVersion": 1}),
        (CHANGE_EMAIL, {"email": "ada@EXAMPLE.org"}),
        (CHANGE_ROLE, {"roleId": "Viewer"}),
        (ENABLE, {}),
        (UNLOCK, {}),
    ],
)
async def test_what_is_so_already_changes_nothing(world: World, document: str, input: dict[str, Any]) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, **FACTS)
    if "roleId" in input:
        input = {"roleId": role_id(await world.role(await admin.platform, input["roleId"]))}
    ask = await world.client(admin)
    async with nothing_changes():
        payload = await call(ask, document, id=user_id(target), **input)
    assert (payload["errors"], payload["user"]["version"]) == ([], 1)


@pytest.mark.parametrize(
    ("field", "given", "change"),
    [
        ("firstName", "Augusta", ("firstName", "Ada", "Augusta")),
        ("lastName", "King", ("lastName", "Lovelace", "King")),
        ("phoneNumber", None, ("phoneNumber", "+14155550132", None)),
        ("timezone", None, ("timezone", "Europe/Berlin", "UTC")),
    ],
)
async def test_the_one_field_that_differs_is_changed_and_recorded(
    world: World, field: str, given: str | None, change: tuple[str, str, str | None]
) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, **FACTS)
    payload = await call(await world.client(admin), EDIT, id=user_id(target), **SAME | {field: given})
    assert (payload["errors"], payload["user"]["version"]) == ([], 2)
    assert [event["changes"] for event in await trail()] == [[change]]


ROLE = {"name": "Auditors", "description": "Read the trail.", "permissions": ["USERS_READ", "AUDIT_READ"]}


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        (ROLE, set()),
        ({"permissions": ["AUDIT_READ", "USERS_READ", "AUDIT_READ"]}, set()),
        ({"name": None, "description": None, "permissions": None}, set()),
        (ROLE | {"name": "Reviewers"}, {"role"}),
        (ROLE | {"description": ""}, {"role", "description"}),
        (ROLE | {"permissions": ["USERS_READ"]}, {"role", "permissions"}),
    ],
)
async def test_of_a_role_only_what_differs_is_changed(world: World, given: dict[str, Any], changed: set[str]) -> None:
    admin = await world.admin()
    facts = ROLE | {"name_key": "auditors", "created_at": T0, "platform_id": admin.platform_id}
    role = await Role.create(id="00000000-0000-4000-8000-000000000007", **facts)
    ask = await world.client(admin)
    if not changed:
        async with nothing_changes():
            assert (await call(ask, EDIT_ROLE, id=role_id(role), **given))["errors"] == []
        return
    assert (await call(ask, EDIT_ROLE, id=role_id(role), **given))["errors"] == []
    assert [{field for field, _, _ in event["changes"]} for event in await trail()] == [changed]
