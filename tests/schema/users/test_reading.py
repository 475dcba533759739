"""Every computed field of a user, with exact values, as a client gets it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.invitation import Invitation
from models.mail import Mail
from models.platform import Platform
from models.user import User
from tests.conftest import T0, StandingClock
from tests.world import Client, World, user_id

pytestmark = pytest.mark.anyio

DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


async def read(ask: Client, user: User, fields: str) -> dict[str, Any]:
    """The fields in the detail; in a list they are the same."""
    document = f"query ($id: ID!) {{ user(id: $id) {{ {fields} }} users(first: 100) {{ nodes {{ id {fields} }} }} }}"
    data = (await ask(document, id=user_id(user))).data
    (listed,) = [node for node in data["users"]["nodes"] if node["id"] == user_id(user)]
    assert listed == {"id": user_id(user)} | data["user"]
    return data["user"]


@pytest.fixture
async def platform(world: World) -> Platform:
    return await world.platform(password_max_age_days=90, mfa_required=True)


@pytest.fixture
async def ask(world: World, platform: Platform) -> Client:
    return await world.client(await world.admin(platform))


async def test_plain_fields_and_instants_in_utc(world: World, platform: Platform, ask: Client) -> None:
    facts = {"phone_number": "+14155550132", "timezone": "Europe/Berlin", "version": 7}
    facts |= {"disabled_at": T0, "disabled_reason": "Left.", "created_at": T0 - DAY, "updated_at": T0 - TICK}
    user = await world.user(platform, "Ada", "King", email="ada@example.org", last_login_at=T0 - 2 * DAY, **facts)
    fields = """email firstName lastName fullName initials phoneNumber timezone role { name } platform { name }
                lastLoginAt disabledAt disabledReason createdAt updatedAt version"""
    assert await read(ask, user, fields) == {
        "email": "ada@example.org",
        "firstName": "Ada",
        "lastName": "King",
        "fullName": "Ada King",
        "initials": "AK",
        "phoneNumber": "+14155550132",
        "timezone": "Europe/Berlin",
        "role": {"name": "Viewer"},
        "platform": {"name": "Acme"},
        "lastLoginAt": "2026-11-20T12:00:00Z",
        "disabledAt": "2026-11-22T12:00:00Z",
        "disabledReason": "Left.",
        "createdAt": "2026-11-21T12:00:00Z",
        "updatedAt": "2026-11-22T11:59:59.999999Z",
        "version": 7,
    }


async def test_what_is_not_known_is_null(world: World, platform: Platform, ask: Client) -> None:
    user = await world.user(platform)
    fields = "phoneNumber lastLoginAt disabledAt disabledReason lockout { until } invitation { expired }"
    assert set((await read(ask, user, fields)).values()) == {None}


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"activated_at": T0}, "ACTIVE"),
        ({"activated_at": None}, "INVITED"),
        ({"activated_at": T0, "disabled_at": T0}, "INACTIVE"),
        ({"activated_at": None, "disabled_at": T0}, "INACTIVE"),
        ({"activated_at": T0, "locked_at": T0}, "ACTIVE"),
    ],
)
async def test_status(world: World, platform: Platform, ask: Client, facts: dict, status: str) -> None:
    assert await read(ask, await world.user(platform, **facts), "status") == {"status": status}


async def test_mfa_and_sso(world: World, platform: Platform, ask: Client) -> None:
    with_both = await world.user(
        platform, totp_confirmed_at=T0, sso_provider="Okta", sso_linked_at=T0 - DAY, totp_secret="sealed"
    )
    with_neither = await world.user(platform, totp_secret="sealed, not confirmed")
    for user in (with_both, with_neither):
        await world.recovery_codes(user, 3)
    fields = "mfa { enabled methods enrolledAt recoveryCodesLeft } sso { enabled provider linkedAt }"
    assert await read(ask, with_both, fields) == {
        "mfa": {"enabled": True, "methods": ["TOTP"], "enrolledAt": "2026-11-22T12:00:00Z", "recoveryCodesLeft": 3},
        "sso": {"enabled": True, "provider": "Okta", "linkedAt": "2026-11-21T12:00:00Z"},
    }
    assert await read(ask, with_neither, fields) == {
        "mfa": {"enabled": False, "methods": [], "enrolledAt": None, "recoveryCodesLeft": 0},
        "sso": {"enabled": False, "provider": None, "linkedAt": None},
    }


async def test_the_state_of_the_password(world: World, platform: Platform, ask: Client) -> None:
    fields = "password { isSet changedAt expiresAt expired }"
    fresh = await world.user(platform, password_changed_at=T0 - 90 * DAY + TICK)
    assert await read(ask, fresh, fields) == {
        "password": {
            "isSet": True,
            "changedAt": "2026-08-24T12:00:00.000001Z",
            "expiresAt": "2026-11-22T12:00:00.000001Z",
            "expired": False,
        }
    }
    stale = await world.user(platform, password_changed_at=T0 - 90 * DAY)
    password = (await read(ask, stale, fields))["password"]
    assert (password["expiresAt"], password["expired"]) == ("2026-11-22T12:00:00Z", True)
    none = await world.user(platform, invited=True)
    nothing = {"isSet": False, "changedAt": None, "expiresAt": None, "expired": False}
    assert await read(ask, none, fields) == {"password": nothing}
    await Platform.filter(id=platform.id).update(password_max_age_days=0)
    password = (await read(ask, stale, fields))["password"]
    assert (password["expiresAt"], password["expired"]) == (None, False)


async def test_a_lock_is_there_until_it_ends(
    world: World, platform: Platform, ask: Client, clock: StandingClock
) -> None:
    user = await world.user(platform, locked_at=T0, failed_sign_ins=6)
    fields = "lockout { lockedAt until failedAttempts }"
    lock = {"lockedAt": "2026-11-22T12:00:00Z", "until": "2026-11-22T12:15:00Z", "failedAttempts": 6}
    assert await read(ask, user, fields) == {"lockout": lock}
    clock.now = T0 + timedelta(minutes=15) - TICK
    assert await read(ask, user, fields) == {"lockout": lock}
    clock.now = T0 + timedelta(minutes=15)
    assert await read(ask, user, fields) == {"lockout": None}
    await Platform.filter(id=platform.id).update(lockout_minutes=0)
    assert await read(ask, user, fields) == {"lockout": lock | {"until": None}}


INVITATION = """invitation { sentAt expiresAt expired timesSent delivery { state attempts lastError sentAt }
    invitedBy { fullName status role { name } platform { name } alerts { type } mfa { recoveryCodesLeft }
                invitation { timesSent } viewerActions { action } avatarUrl } }"""


async def _invite(world: World, user: User, by: User | None, **mail: Any) -> None:
    facts = {"kind": "invitation", "recipient": user.email, "created_at": T0, "due_at": T0} | mail
    made = await Mail.create(id=uuid4(), user_id=user.id, **facts) if mail else None
    await Invitation.create(
        id=uuid4(), user=user, invited_by=by, mail=made, sent_at=T0 - DAY, expires_at=T0 + TICK, times_sent=2
    )


async def test_an_invitation_its_delivery_and_a_whole_inviter(world: World, platform: Platform, ask: Client) -> None:
    inviter = await world.admin(platform, first_name="In", last_name="Viter", totp_confirmed_at=T0)
    await world.recovery_codes(inviter, 2)
    user = await world.user(platform, activated_at=None)
    await _invite(world, user, inviter, state="QUEUED", attempts=2, last_error="451 later")
    invitation = (await read(ask, user, INVITATION))["invitation"]
    by = invitation.pop("invitedBy")
    assert invitation == {
        "sentAt": "2026-11-21T12:00:00Z",
        "expiresAt": "2026-11-22T12:00:00.000001Z",
        "expired": False,
        "timesSent": 2,
        "delivery": {"state": "QUEUED", "attempts": 2, "lastError": "451 later", "sentAt": None},
    }
    assert [action["action"] for action in by.pop("viewerActions")][:2] == ["EDIT", "CHANGE_EMAIL"]
    assert by.pop("avatarUrl").endswith(".svg?size=80")
    assert by == {
        "fullName": "In Viter",
        "status": "ACTIVE",
        "role": {"name": "Platform"},
        "platform": {"name": "Acme"},
        "alerts": [],
        "mfa": {"recoveryCodesLeft": 2},
        "invitation": None,
    }


async def test_an_invitation_that_ran_out_of_somebody_who_is_gone(
    world: World, platform: Platform, ask: Client, clock: StandingClock
) -> None:
    inviter, user = await world.admin(platform), await world.user(platform, activated_at=None)
    await _invite(world, user, inviter, state="SENT", attempts=1, sent_at=T0)
    await inviter.delete()
    clock.advance(microseconds=1)
    invitation = (await read(ask, user, INVITATION))["invitation"]
    assert (invitation["expired"], invitation["invitedBy"]) == (True, None)
    assert invitation["delivery"] == {
        "state": "SENT",
        "attempts": 1,
        "lastError": None,
        "sentAt": "2026-11-22T12:00:00Z",
    }


async def test_the_delivery_of_a_mail_that_was_withdrawn(world: World, platform: Platform, ask: Client) -> None:
    user = await world.user(platform, activated_at=None)
    await _invite(world, user, None)
    why = "Withdrawn before it was sent, for its link had ended."
    delivery = {"state": "FAILED", "attempts": 0, "lastError": why, "sentAt": None}
    assert (await read(ask, user, INVITATION))["invitation"]["delivery"] == delivery
