"""What needs attention about a user, and what the viewer may do about it, as a client gets it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.invitation import Invitation
from models.mail import Mail
from models.user import User
from tests.conftest import T0
from tests.world import Client, World, user_id

pytestmark = pytest.mark.anyio

ALERTS = "type severity title message actionRequired since"
DOCUMENT = f"""
query ($id: ID!) {{
  user(id: $id) {{ alerts {{ {ALERTS} }} }}
  users(filter: {{ text: "looked at" }}) {{ nodes {{ alerts {{ {ALERTS} }} }} }}
}}
"""
ACTIONS = "query ($id: ID!) { user(id: $id) { viewerActions { action allowed code message } } }"
EVERYTHING = [
    "EDIT",
    "CHANGE_EMAIL",
    "CHANGE_ROLE",
    "DISABLE",
    "ENABLE",
    "UNLOCK",
    "RESEND_INVITATION",
    "SEND_PASSWORD_RESET",
    "RESET_MFA",
    "REVOKE_SESSIONS",
    "DELETE",
]
SECURITY = {"UNLOCK", "RESET_MFA", "REVOKE_SESSIONS"}
POLICY = {"password_max_age_days": 90, "mfa_required": True}


async def alerts(ask: Client, user: User) -> list[dict[str, str]]:
    data = (await ask(DOCUMENT, id=user_id(user))).data
    assert data["users"]["nodes"] == [data["user"]]
    return data["user"]["alerts"]


async def test_an_active_user_with_every_alert_has_them_most_severe_first(world: World) -> None:
    platform = await world.platform(**POLICY)
    facts = {"locked_at": T0, "failed_sign_ins": 5, "last_login_at": T0 - timedelta(days=90)}
    facts |= {"password_changed_at": T0 - timedelta(days=100), "activated_at": T0 - timedelta(days=200)}
    user = await world.user(platform, "Looked", "At", **facts)
    assert await alerts(await world.client(await world.admin(platform)), user) == [
        {
            "type": "SECURITY_LOCKED_OUT",
            "severity": "CRITICAL",
            "title": "Security Locked Out",
            "message": "Locked after 5 failed sign-ins, until 2026-11-22 12:15 UTC.",
            "actionRequired": "Unlock the account once you know that the attempts were the user's own.",
            "since": "2026-11-22T12:00:00Z",
        },
        {
            "type": "PASSWORD_EXPIRED",
            "severity": "WARNING",
            "title": "Password Expired",
            "message": "The password is older than 90 days.",
            "actionRequired": "The user chooses a new password at the next sign-in.",
            "since": "2026-11-12T12:00:00Z",
        },
        {
            "type": "MFA_MISSING",
            "severity": "WARNING",
            "title": "MFA Missing",
            "message": "The platform requires MFA and the user has none.",
            "actionRequired": "The user sets up an authenticator app at the next sign-in.",
            "since": "2026-05-06T12:00:00Z",
        },
        {
            "type": "DORMANT",
            "severity": "INFO",
            "title": "Dormant",
            "message": "Has not signed in for more than 90 days.",
            "actionRequired": "Disable the account if it is no longer needed.",
            "since": "2026-11-22T12:00:00Z",
        },
    ]


async def test_an_invited_user_with_every_alert_has_them_in_order(world: World) -> None:
    platform = await world.platform(**POLICY)
    user = await world.user(platform, "Looked", "At", email="looked.at@example.org", activated_at=None)
    facts = {"kind": "invitation", "recipient": user.email, "created_at": T0 - timedelta(hours=72), "due_at": T0}
    mail = await Mail.create(id=uuid4(), user_id=user.id, state="FAILED", attempts=1, **facts)
    await Invitation.create(id=uuid4(), user=user, mail=mail, sent_at=mail.created_at, expires_at=T0)
    assert await alerts(await world.client(await world.admin(platform)), user) == [
        {
            "type": "INVITATION_UNDELIVERABLE",
            "severity": "WARNING",
            "title": "Invitation Undeliverable",
            "message": "The invitation could not be delivered to looked.at@example.org.",
            "actionRequired": "Check the e-mail address, then resend the invitation.",
            "since": "2026-11-19T12:00:00Z",
        },
        {
            "type": "INVITATION_EXPIRED",
            "severity": "WARNING",
            "title": "Invitation Expired",
            "message": "The invitation ran out before the set-up was completed.",
            "actionRequired": "Resend the invitation.",
            "since": "2026-11-22T12:00:00Z",
        },
    ]


async def test_a_user_who_is_well_has_no_alerts(world: World) -> None:
    platform = await world.platform(**POLICY)
    user = await world.user(platform, "Looked", "At", totp_confirmed_at=T0, last_login_at=T0)
    assert await alerts(await world.client(await world.admin(platform)), user) == []


async def refusals(world: World, viewer: User, target: User) -> dict[str, str]:
    """The codes of what the viewer may not do to the target."""
    actions = (await (await world.client(viewer))(ACTIONS, id=user_id(target))).data["user"]["viewerActions"]
    assert [action["action"] for action in actions] == EVERYTHING
    assert all((action["code"] is None) is (action["message"] is None) is action["allowed"] for action in actions)
    return {action["action"]: action["code"] for action in actions if not action["allowed"]}


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({}, {"RESEND_INVITATION": "NOT_INVITED"}),
        ({"activated_at": None}, {"SEND_PASSWORD_RESET": "NOT_ACTIVE"}),
        ({"disabled_at": T0}, {"RESEND_INVITATION": "NOT_INVITED", "SEND_PASSWORD_RESET": "NOT_ACTIVE"}),
        (
            {"disabled_at": T0, "activated_at": None},
            {"RESEND_INVITATION": "NOT_INVITED", "SEND_PASSWORD_RESET": "NOT_ACTIVE"},
        ),
    ],
)
async def test_what_an_administrator_may_do(world: World, facts: dict[str, Any], refused: dict[str, str]) -> None:
    platform = await world.platform()
    target = await world.user(platform, **facts)
    assert await refusals(world, await world.admin(platform), target) == refused


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({}, {}),
        ({"activated_at": None}, {"SEND_PASSWORD_RESET": "NOT_ACTIVE"}),
        ({"disabled_at": T0}, {"SEND_PASSWORD_RESET": "NOT_ACTIVE"}),
    ],
)
async def test_what_support_may_do(world: World, facts: dict[str, Any], refused: dict[str, str]) -> None:
    platform = await world.platform()
    support = await world.user(platform, role="Support")
    forbidden = dict.fromkeys(set(EVERYTHING) - SECURITY - {"SEND_PASSWORD_RESET"}, "FORBIDDEN")
    assert await refusals(world, support, await world.user(platform, **facts)) == forbidden | refused


async def test_support_may_do_nothing_to_an_administrator(world: World) -> None:
    platform = await world.platform()
    found = await refusals(world, await world.user(platform, role="Support"), await world.admin(platform))
    outranked = dict.fromkeys(SECURITY | {"SEND_PASSWORD_RESET"}, "TARGET_OUTRANKS_VIEWER")
    assert found == dict.fromkeys(EVERYTHING, "FORBIDDEN") | outranked


@pytest.mark.parametrize("facts", [{}, {"activated_at": None}, {"disabled_at": T0}])
async def test_who_only_reads_may_do_nothing(world: World, facts: dict[str, Any]) -> None:
    platform = await world.platform()
    viewer = await world.user(platform)
    assert await refusals(world, viewer, await world.user(platform, **facts)) == dict.fromkeys(EVERYTHING, "FORBIDDEN")


async def test_what_people_may_do_to_themselves(world: World) -> None:
    platform = await world.platform()
    admin, viewer = await world.admin(platform), await world.user(platform)
    own = dict.fromkeys(["CHANGE_ROLE", "DISABLE", "RESET_MFA", "DELETE"], "OWN_ACCOUNT")
    assert await refusals(world, admin, admin) == own | {"RESEND_INVITATION": "NOT_INVITED"}
    assert await refusals(world, viewer, viewer) == dict.fromkeys(set(EVERYTHING) - {"EDIT"}, "FORBIDDEN")
