"""Who may use the mutations of the users page: the same guard stands before each of them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from models.user import User
from schema.ids import global_id
from tests.schema.users.documents import (
    ADD,
    CHANGE_EMAIL,
    CHANGE_ROLE,
    DELETE,
    DISABLE,
    EDIT,
    ENABLE,
    RESEND,
    UNLOCK,
    call,
    faults,
)
from tests.schema.users.witness import nothing_changes
from tests.world import World, role_id, user_id

pytestmark = pytest.mark.anyio

OF_ONE_USER = {
    "user.edited": (EDIT, {"firstName": "New"}),
    "user.email_changed": (CHANGE_EMAIL, {"email": "new@example.org"}),
    "user.role_changed": (CHANGE_ROLE, {"roleId": "of the platform"}),
    "user.disabled": (DISABLE, {}),
    "user.enabled": (ENABLE, {}),
    "user.unlocked": (UNLOCK, {}),
    "user.invitation_resent": (RESEND, {}),
    "user.deleted": (DELETE, {}),
}
every_mutation = pytest.mark.parametrize("event", OF_ONE_USER)


async def input_of(world: World, event: str, user: User) -> dict[str, Any]:
    _, input = OF_ONE_USER[event]
    if "roleId" in input:
        input = {"roleId": role_id(await world.role(await user.platform, "Viewer"))}
    return {"id": user_id(user), **input}


def newcomer(role: Any) -> dict[str, str]:
    return {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.org", "roleId": role_id(role)}


@every_mutation
async def test_a_viewer_may_change_nobody_and_the_attempt_is_recorded(world: World, event: str) -> None:
    platform = await world.platform()
    viewer, target = await world.user(platform), await world.user(platform, invited=True, locked_at=world.clock.now)
    ask, document = await world.client(viewer), OF_ONE_USER[event][0]
    async with nothing_changes(f"{event}.refused"):
        payload = await call(ask, document, **await input_of(world, event, target))
    assert payload["errors"] == [
        {"code": "FORBIDDEN", "message": "Your role does not allow this.", "field": None, "retryAfter": None}
    ]
    assert payload.get("user") is None and payload.get("deletedUserId") is None


@every_mutation
async def test_nobody_may_change_anybody(world: World, event: str) -> None:
    target = await world.user(await world.platform())
    ask, document = await world.client(), OF_ONE_USER[event][0]
    async with nothing_changes():
        answer = await ask(document, input=await input_of(world, event, target))
    assert answer.codes == ["UNAUTHENTICATED"]
    assert answer.body["data"] is None


@every_mutation
async def test_whoever_is_not_on_the_platform_does_not_exist(world: World, event: str) -> None:
    platform = await world.platform()
    stranger = await world.user(await world.platform("Other"), invited=True)
    admin = await world.admin(platform)
    ask, document = await world.client(admin), OF_ONE_USER[event][0]
    input = await input_of(world, event, admin)
    ids = [
        user_id(stranger),
        global_id("User", uuid4()),
        role_id(await world.role(platform)),
        global_id("Role", admin.id),
        str(admin.id),
        "broken",
        "",
        "\x00\ud800é",
        user_id(admin) + "\x00",
        "A" * 40_000,
    ]
    async with nothing_changes():
        for id in ids:
            payload = await call(ask, document, **input | {"id": id})
            assert faults(payload) == [("NOT_FOUND", "id")]
            assert payload.get("user") is None and payload.get("deletedUserId") is None


async def test_a_viewer_may_not_add_and_nobody_either(world: World) -> None:
    platform = await world.platform()
    viewer, role = await world.user(platform), await world.role(platform, "Viewer")
    ask, anybody = await world.client(viewer), await world.client()
    async with nothing_changes("user.added.refused"):
        payload = await call(ask, ADD, **newcomer(role))
    assert faults(payload) == [("FORBIDDEN", None)]
    async with nothing_changes():
        assert (await anybody(ADD, input=newcomer(role))).codes == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("event", ["user.disabled", "user.role_changed", "user.deleted"])
async def test_nobody_does_this_to_their_own_account(world: World, event: str) -> None:
    platform = await world.platform()
    admin, _ = await world.admin(platform), await world.admin(platform)
    ask, document = await world.client(admin), OF_ONE_USER[event][0]
    async with nothing_changes(f"{event}.refused"):
        payload = await call(ask, document, **await input_of(world, event, admin))
    assert faults(payload) == [("OWN_ACCOUNT", None)]


async def test_of_the_own_account_everybody_edits_the_names_but_not_the_address(world: World) -> None:
    viewer = await world.user(await world.platform())
    ask = await world.client(viewer)
    payload = await call(ask, EDIT, id=user_id(viewer), firstName="Augusta")
    assert (payload["errors"], payload["user"]["fullName"]) == ([], "Augusta Lovelace")
    async with nothing_changes("user.email_changed.refused"):
        payload = await call(ask, CHANGE_EMAIL, id=user_id(viewer), email="new@example.org")
    assert faults(payload) == [("FORBIDDEN", None)]


@pytest.mark.parametrize("document", [ENABLE, UNLOCK])
async def test_an_administrator_finds_the_own_account_enabled_and_unlocked(world: World, document: str) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    async with nothing_changes():
        payload = await call(ask, document, id=user_id(admin))
    assert (payload["errors"], payload["user"]["version"]) == ([], 1)


@pytest.mark.parametrize("event", ["user.edited", "user.email_changed", "user.role_changed", "user.disabled",
                                   "user.enabled", "user.invitation_resent", "user.deleted"])  # fmt: skip
async def test_support_unlocks_and_does_nothing_else(world: World, event: str) -> None:
    platform = await world.platform()
    support = await world.user(platform, role="Support")
    target = await world.user(platform, invited=True, locked_at=world.clock.now, failed_sign_ins=5)
    ask, document = await world.client(support), OF_ONE_USER[event][0]
    async with nothing_changes(f"{event}.refused"):
        payload = await call(ask, document, **await input_of(world, event, target))
    assert faults(payload) == [("FORBIDDEN", None)]
    assert faults(await call(ask, UNLOCK, id=user_id(target))) == []


@pytest.mark.parametrize("document", [EDIT, CHANGE_EMAIL])
async def test_two_administrators_who_change_each_other_at_once_both_succeed(world: World, document: str) -> None:
    platform = await world.platform()
    one, two = await world.admin(platform, first_name="One"), await world.admin(platform, first_name="Two")
    by_one, by_two = await world.client(one), await world.client(two)
    for turn in range(5):
        given = {"firstName": f"Turn {turn}"} if document == EDIT else {}
        first = {"id": user_id(two), **(given or {"email": f"two{turn}@example.org"})}
        second = {"id": user_id(one), **(given or {"email": f"one{turn}@example.org"})}
        payloads = await asyncio.gather(call(by_one, document, **first), call(by_two, document, **second))
        assert [faults(payload) for payload in payloads] == [[], []]


@pytest.mark.parametrize("event", ["user.disabled", "user.deleted"])
async def test_of_two_administrators_who_remove_each_other_at_once_one_remains(world: World, event: str) -> None:
    platform = await world.platform()
    people = [await world.admin(platform), await world.admin(platform)]
    (one, two), document = people, OF_ONE_USER[event][0]
    by_one, by_two = await world.client(one), await world.client(two)
    answers = await asyncio.gather(
        by_one(document, input={"id": user_id(two)}), by_two(document, input={"id": user_id(one)})
    )
    done = [answer for answer in answers if not answer.codes and not next(iter(answer.data.values()))["errors"]]
    assert len(done) == 1
    assert next(answer.codes for answer in answers if answer not in done) in ([], ["UNAUTHENTICATED"])
    assert await User.filter(disabled_at__isnull=True).count() == 1
