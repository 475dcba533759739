"""How many users there are, and how many each filter value would leave, its own dimension left out."""

from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import T0
from tests.world import Client, World, role_id

pytestmark = pytest.mark.anyio

DOCUMENT = """
query ($search: String, $filter: UserFilter) {
  users(search: $search, filter: $filter) {
    totalCount
    facets {
      status { status count } mfaEnabled mfaNotEnabled roles { role { name } count } alerts { type count }
    }
  }
}
"""
ALERTS = (
    "SECURITY_LOCKED_OUT",
    "PASSWORD_EXPIRED",
    "INVITATION_EXPIRED",
    "INVITATION_UNDELIVERABLE",
    "MFA_MISSING",
    "DORMANT",
)


def numbers(total: int, status: str, mfa: str, roles: str, **alerts: int) -> dict[str, Any]:
    """`status`: ACTIVE INVITED INACTIVE; `mfa`: with, without; `roles`: Platform Support Viewer."""
    named = zip(("ACTIVE", "INVITED", "INACTIVE"), status.split(), strict=True)
    with_mfa, without_mfa = map(int, mfa.split())
    held = zip(("Platform", "Support", "Viewer"), roles.split(), strict=True)
    return {
        "totalCount": total,
        "facets": {
            "status": [{"status": value, "count": int(count)} for value, count in named],
            "mfaEnabled": with_mfa,
            "mfaNotEnabled": without_mfa,
            "roles": [{"role": {"name": name}, "count": int(count)} for name, count in held],
            "alerts": [{"type": alert, "count": alerts.get(alert, 0)} for alert in ALERTS],
        },
    }


@pytest.fixture
async def ask(world: World) -> Client:
    """An administrator, three active users, an invited and a disabled one; another platform has one of its own."""
    platform = await world.platform()
    admin = await world.admin(platform)
    await world.user(platform, "Lou", "Locked", role="Support", locked_at=T0)
    await world.user(platform, "Mia", "Mfa", totp_confirmed_at=T0)
    await world.user(
        platform, "Moe", "Mfa", role="Support", totp_confirmed_at=T0, last_login_at=T0 - timedelta(days=90)
    )
    await world.user(platform, "Ina", "Vited", invited=True)
    await world.user(platform, "Dis", "Abled", disabled_at=T0, totp_confirmed_at=T0)
    await world.admin(await world.platform("Other"))
    return await world.client(admin)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({}, numbers(6, "4 1 1", "3 3", "1 2 3", SECURITY_LOCKED_OUT=1, DORMANT=1)),
        ({"search": "m"}, numbers(2, "2 0 0", "2 0", "0 1 1", DORMANT=1)),
        ({"filter": {"text": "lo"}}, numbers(1, "1 0 0", "0 1", "0 1 0", SECURITY_LOCKED_OUT=1)),
        ({"filter": {"status": ["ACTIVE"]}}, numbers(4, "4 1 1", "2 2", "1 2 1", SECURITY_LOCKED_OUT=1, DORMANT=1)),
        ({"filter": {"status": []}}, numbers(0, "4 1 1", "0 0", "0 0 0")),
        ({"filter": {"mfaEnabled": True}}, numbers(3, "2 0 1", "3 3", "0 1 2", DORMANT=1)),
        ({"filter": {"mfaEnabled": False}}, numbers(3, "2 1 0", "3 3", "1 1 1", SECURITY_LOCKED_OUT=1)),
        (
            {"filter": {"alerts": ["SECURITY_LOCKED_OUT", "DORMANT"]}},
            numbers(2, "2 0 0", "1 1", "0 2 0", SECURITY_LOCKED_OUT=1, DORMANT=1),
        ),
        (
            {"filter": {"status": ["ACTIVE", "INACTIVE"], "mfaEnabled": True, "alerts": ["DORMANT"]}},
            numbers(1, "1 0 0", "1 0", "0 1 0", DORMANT=1),
        ),
        ({"filter": {"alerts": ["DORMANT"]}}, numbers(1, "1 0 0", "1 0", "0 1 0", SECURITY_LOCKED_OUT=1, DORMANT=1)),
        ({"filter": {"ssoEnabled": True}}, numbers(0, "0 0 0", "0 0", "0 0 0")),
    ],
)
async def test_each_facet_leaves_its_own_dimension_out(ask: Client, arguments: dict[str, Any], found: Any) -> None:
    assert (await ask(DOCUMENT, **arguments)).data["users"] == found


async def test_the_facet_of_roles_leaves_the_roles_out(world: World, ask: Client) -> None:
    roles = (await ask("{ roles { id name } }")).data["roles"]
    support = next(role["id"] for role in roles if role["name"] == "Support")
    found = (await ask(DOCUMENT, filter={"roleId": [support]})).data["users"]
    assert found == numbers(2, "2 0 0", "1 1", "1 2 3", SECURITY_LOCKED_OUT=1, DORMANT=1)


async def test_roles_of_another_platform_leave_nobody(world: World, ask: Client) -> None:
    foreign = role_id(await world.role(await world.platform("Third"), "Support"))
    found = (await ask(DOCUMENT, filter={"roleId": [foreign]})).data["users"]
    assert found == numbers(0, "0 0 0", "0 0", "1 2 3")
