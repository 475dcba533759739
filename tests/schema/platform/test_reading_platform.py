"""The platform, its policy and its roles, as a client gets them."""

import pytest

from tests.world import World

pytestmark = pytest.mark.anyio

PERMISSIONS = [
    "USERS_READ",
    "USERS_ADD",
    "USERS_EDIT",
    "USERS_CHANGE_ROLE",
    "USERS_DISABLE",
    "USERS_SECURITY",
    "USERS_DELETE",
    "ROLES_MANAGE",
    "POLICY_MANAGE",
    "AUDIT_READ",
]
ROLES = "{ roles { name description permissions builtIn userCount assignable } }"


async def test_a_new_platform_has_the_policy_of_the_manual(world: World) -> None:
    ask = await world.client(await world.admin())
    document = """{ platform { name timezone securityPolicy {
        lockoutThreshold lockoutMinutes passwordMinLength passwordMaxAgeDays mfaRequired invitationHours
        sessionIdleMinutes sessionHours dormantAfterDays } } }"""
    assert (await ask(document)).data["platform"] == {
        "name": "Acme",
        "timezone": "UTC",
        "securityPolicy": {
            "lockoutThreshold": 5,
            "lockoutMinutes": 15,
            "passwordMinLength": 15,
            "passwordMaxAgeDays": 0,
            "mfaRequired": False,
            "invitationHours": 72,
            "sessionIdleMinutes": 60,
            "sessionHours": 24,
            "dormantAfterDays": 90,
        },
    }


async def test_the_roles_shipped_with_the_product_and_who_has_them(world: World) -> None:
    platform = await world.platform()
    ask = await world.client(await world.admin(platform))
    for _ in range(2):
        await world.user(platform)
    await world.admin(await world.platform("Other"))
    assert (await ask(ROLES)).data["roles"] == [
        {
            "name": "Platform",
            "description": "Access to manage data and users within your assigned platform.",
            "permissions": PERMISSIONS,
            "builtIn": True,
            "userCount": 1,
            "assignable": True,
        },
        {
            "name": "Support",
            "description": "Access to look users up and to help them sign in.",
            "permissions": ["USERS_READ", "USERS_SECURITY", "AUDIT_READ"],
            "builtIn": True,
            "userCount": 0,
            "assignable": True,
        },
        {
            "name": "Viewer",
            "description": "Access to look users up.",
            "permissions": ["USERS_READ"],
            "builtIn": True,
            "userCount": 2,
            "assignable": True,
        },
    ]


@pytest.mark.parametrize(("role", "assignable"), [("Support", ["Support", "Viewer"]), ("Viewer", ["Viewer"])])
async def test_nobody_may_give_more_than_they_have(world: World, role: str, assignable: list[str]) -> None:
    ask = await world.client(await world.user(await world.platform(), role=role))
    roles = (await ask(ROLES)).data["roles"]
    assert [role["name"] for role in roles if role["assignable"]] == assignable
