"""Roles: read by everybody, changed only by who holds what they grant."""

from typing import Any
from uuid import uuid4

import pytest

from models.role import ADMINISTERS, Permission, Role
from models.user import User
from schema.ids import global_id
from services.roles import MOST_ROLES
from tests.conftest import T0
from tests.schema.users.documents import CHANGE_ROLE, call, faults
from tests.schema.users.witness import nothing_changes
from tests.statements import statements
from tests.world import Client, World, role_id, user_id

pytestmark = pytest.mark.anyio

ROLES = "{ roles { name builtIn permissions userCount assignable } }"
WHOLE = "role { id name description permissions builtIn userCount assignable } errors { code message field retryAfter }"
ADD = f"mutation ($input: AddRoleInput!) {{ addRole(input: $input) {{ {WHOLE} }} }}"
EDIT = f"mutation ($input: EditRoleInput!) {{ editRole(input: $input) {{ {WHOLE} }} }}"
DELETE = (
    "mutation ($input: DeleteRoleInput!) { deleteRole(input: $input) { deletedRoleId "
    "errors { code message field retryAfter } } }"
)
EVERYTHING = [permission.value for permission in Permission]


async def made(ask: Client, name: str = "Desk", *permissions: str) -> str:
    payload = await call(ask, ADD, name=name, permissions=list(permissions))
    assert payload["errors"] == []
    return str(payload["role"]["id"])


async def holder(world: World, platform: Any, *permissions: str) -> User:
    """An active user whose own role holds just these."""
    name = uuid4().hex
    facts = {"name": name, "name_key": name, "permissions": permissions, "created_at": world.clock.now}
    await Role.create(id=uuid4(), platform_id=platform.id, **facts)
    return await world.user(platform, role=name)


async def test_roles_come_by_name_with_what_the_viewer_may_give(world: World) -> None:
    platform = await world.platform()
    await world.admin(platform)
    support = await world.user(platform, role="Support")
    found = (await (await world.client(support))(ROLES)).data["roles"]
    shown = [(role["name"], role["builtIn"], role["userCount"], role["assignable"]) for role in found]
    assert shown == [("Platform", True, 1, False), ("Support", True, 1, True), ("Viewer", True, 0, True)]
    assert found[0]["permissions"] == EVERYTHING


async def test_counting_users_and_judging_roles_takes_no_statement_per_role(world: World) -> None:
    ask = await world.client(await world.admin())
    with statements() as before:
        assert len((await ask(ROLES)).data["roles"]) == 3
    for number in range(20):
        await made(ask, f"Role {number}", "USERS_READ")
    with statements() as after:
        assert len((await ask(ROLES)).data["roles"]) == 23
    assert len(after) == len(before) == 3


async def test_a_role_is_added(world: World) -> None:
    ask = await world.client(await world.admin())
    payload = await call(ask, ADD, name="  Desk ", description="Helps.", permissions=["USERS_EDIT", "USERS_READ"] * 2)
    role = payload["role"] | {"id": ""}
    assert payload["errors"] == []
    assert role == {
        "id": "", "name": "Desk", "description": "Helps.", "permissions": ["USERS_READ", "USERS_EDIT"],
        "builtIn": False, "userCount": 0, "assignable": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({"name": " "}, [("INVALID", "name")]),
        ({"name": "x" * 101}, [("INVALID", "name")]),
        ({"name": "two\r\nlines"}, [("INVALID", "name")]),
        ({"name": "VIEWER"}, [("INVALID", "name")]),
        ({"description": "x" * 501}, [("INVALID", "description")]),
        ({"description": "a\nb", "name": ""}, [("INVALID", "name"), ("INVALID", "description")]),
    ],
)
async def test_what_is_wrong_with_a_role_is_said(world: World, input: dict[str, str], expected: list[Any]) -> None:
    ask = await world.client(await world.admin())
    role = await made(ask, "Other")
    async with nothing_changes():
        assert faults(await call(ask, ADD, **{"name": "Desk", "permissions": []} | input)) == expected
        assert faults(await call(ask, EDIT, id=role, **input)) == expected


async def test_editing_changes_what_is_given_and_null_changes_nothing(world: World) -> None:
    ask = await world.client(await world.admin())
    role = await made(ask, "Desk", "USERS_READ")
    async with nothing_changes():
        payload = await call(ask, EDIT, id=role, name=None, description=None, permissions=None)
    assert (payload["role"]["name"], payload["role"]["permissions"]) == ("Desk", ["USERS_READ"])
    payload = await call(ask, EDIT, id=role, description="Helps.")
    assert (payload["role"]["name"], payload["role"]["description"]) == ("Desk", "Helps.")
    payload = await call(ask, EDIT, id=role, name="DESK", permissions=[])
    assert (payload["role"]["name"], payload["role"]["permissions"]) == ("DESK", [])
    assert (await call(ask, EDIT, id=role, description=""))["role"]["description"] == ""


async def test_nobody_manages_roles_without_the_permission(world: World) -> None:
    platform = await world.platform()
    desk = await made(await world.client(await world.admin(platform)))
    ask = await world.client(await holder(world, platform, *[name for name in EVERYTHING if name != "ROLES_MANAGE"]))
    async with nothing_changes("role.added.refused", "role.deleted.refused", "role.edited.refused"):
        assert faults(await call(ask, ADD, name="Mine", permissions=[])) == [("FORBIDDEN", None)]
        assert faults(await call(ask, EDIT, id=desk, name="Mine")) == [("FORBIDDEN", None)]
        assert faults(await call(ask, DELETE, id=desk)) == [("FORBIDDEN", None)]


async def test_nobody_grants_or_takes_what_they_do_not_hold(world: World) -> None:
    platform = await world.platform()
    boss = await made(await world.client(await world.admin(platform)), "Boss", "USERS_DELETE")
    manager = await holder(world, platform, "USERS_READ", "ROLES_MANAGE")
    ask, own = await world.client(manager), global_id("Role", manager.role_id)
    for document, input, field in (
        (ADD, {"name": "More", "permissions": ["USERS_DELETE"]}, "permissions"),
        (EDIT, {"id": own, "permissions": ["ROLES_MANAGE", "USERS_DELETE"]}, "permissions"),
        (EDIT, {"id": boss, "permissions": []}, "id"),
        (EDIT, {"id": boss, "name": "Renamed"}, "id"),
        (DELETE, {"id": boss}, "id"),
    ):
        event = {ADD: "role.added", EDIT: "role.edited", DELETE: "role.deleted"}[document]
        async with nothing_changes(f"{event}.refused"):
            assert faults(await call(ask, document, **input)) == [("ROLE_NOT_ASSIGNABLE", field)]
    assert await made(ask, "Less", "USERS_READ", "ROLES_MANAGE")


async def test_roles_shipped_with_the_product_stay_as_they_are(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    viewer = role_id(await world.role(await admin.platform, "Viewer"))
    async with nothing_changes():
        assert faults(await call(ask, EDIT, id=viewer, name="Guest")) == [("ROLE_IN_USE", "id")]
        assert faults(await call(ask, DELETE, id=viewer)) == [("ROLE_IN_USE", "id")]


async def test_a_role_is_deleted_once_nobody_has_it(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    desk = await made(ask)
    ada = await world.user(await admin.platform, role="Desk")
    async with nothing_changes():
        assert faults(await call(ask, DELETE, id=desk)) == [("ROLE_IN_USE", "id")]
    viewer = role_id(await world.role(await admin.platform, "Viewer"))
    assert faults(await call(ask, CHANGE_ROLE, id=user_id(ada), roleId=viewer)) == []
    assert await call(ask, DELETE, id=desk) == {"deletedRoleId": desk, "errors": []}
    async with nothing_changes():
        assert faults(await call(ask, DELETE, id=desk)) == [("NOT_FOUND", "id")]
        assert faults(await call(ask, EDIT, id=desk, name="Desk")) == [("NOT_FOUND", "id")]


async def test_a_change_of_permissions_counts_from_the_next_request_on(world: World) -> None:
    platform = await world.platform()
    ask = await world.client(await world.admin(platform))
    desk = await made(ask, "Desk", "USERS_READ")
    theirs = await world.client(await world.user(platform, role="Desk"))
    assert (await theirs("{ users { totalCount } }")).codes == []
    assert faults(await call(ask, EDIT, id=desk, permissions=[])) == []
    assert (await theirs("{ users { totalCount } }")).codes == ["FORBIDDEN"]


@pytest.mark.parametrize("lost", sorted(ADMINISTERS))
async def test_the_last_administrators_role_loses_nothing_that_makes_an_administrator(world: World, lost: str) -> None:
    platform = await world.platform()
    boss = await holder(world, platform, *EVERYTHING)
    await world.user(platform, role="Platform", invited=True)
    await world.user(platform, role="Platform", disabled_at=world.clock.now)
    ask, own = await world.client(boss), global_id("Role", boss.role_id)
    less = [name for name in EVERYTHING if name != lost]
    async with nothing_changes("role.edited.refused"):
        assert faults(await call(ask, EDIT, id=own, permissions=less)) == [("LAST_ADMINISTRATOR", "permissions")]
    assert faults(await call(ask, EDIT, id=own, name="Boss")) == []
    await world.admin(platform)
    assert faults(await call(ask, EDIT, id=own, permissions=less)) == []


async def test_a_platform_has_a_hundred_roles_at_most(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    there = await Role.filter(platform_id=admin.platform_id).count()
    for number in range(MOST_ROLES - there):
        await Role.create(
            id=uuid4(), platform_id=admin.platform_id, name=f"R{number}", name_key=f"r{number}", created_at=T0
        )
    payload = await call(ask, ADD, name="One more", permissions=[])
    [error] = payload["errors"]
    assert (error["code"], error["message"]) == ("INVALID", "A platform has 100 roles at most.")
    assert await Role.filter(platform_id=admin.platform_id).count() == MOST_ROLES


@pytest.mark.parametrize("same", ["Lodz", "ŁÓDŹ", "Lo\u0301dz\u200b", "  Łódź "])
async def test_two_roles_of_a_platform_do_not_differ_in_case_accents_or_spaces_alone(world: World, same: str) -> None:
    ask = await world.client(await world.admin())
    assert faults(await call(ask, ADD, name="Łódź", permissions=[])) == []
    async with nothing_changes():
        assert faults(await call(ask, ADD, name=same, permissions=[])) == [("INVALID", "name")]
