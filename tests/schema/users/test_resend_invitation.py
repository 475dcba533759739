"""`resendInvitation`: a new link in place of the old one, five an hour at most."""

import asyncio

import pytest

from models.mail import Mail, MailState
from models.user import User
from tests.conftest import StandingClock
from tests.schema.users.documents import ACCEPT, ADD, DISABLE, ENABLE, RESEND, call, faults
from tests.schema.users.test_add import newcomer
from tests.schema.users.witness import link_token, nothing_changes, outbox, trail
from tests.world import World, user_id

pytestmark = pytest.mark.anyio

PASSWORD = "eight green herons on the pier"
QUEUED, FAILED = ("invitation", "ada@example.org", "QUEUED"), ("invitation", "ada@example.org", "FAILED")


async def test_a_new_link_replaces_the_old_one(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    ask, anybody = await world.client(admin), await world.client()
    ada = (await call(ask, ADD, **await newcomer(world, admin)))["user"]
    old = await link_token("ada@example.org")
    clock.advance(minutes=5)
    payload = await call(ask, RESEND, id=ada["id"])
    user = payload["user"]
    assert payload["errors"] == []
    assert (user["id"], user["status"], user["version"], user["updatedAt"]) == (
        ada["id"],
        "INVITED",
        2,
        "2026-11-22T12:05:00Z",
    )
    assert user["invitation"] == {
        "sentAt": "2026-11-22T12:05:00Z",
        "expiresAt": "2026-11-25T12:05:00Z",
        "expired": False,
        "timesSent": 2,
        "invitedBy": {"fullName": "Grace Hopper"},
        "delivery": {"state": "QUEUED", "attempts": 0, "lastError": None, "sentAt": None},
    }
    assert await outbox() == [FAILED, QUEUED]
    assert await trail("user.added") == [
        {
            "type": "user.invitation_resent",
            "actor": "Grace Hopper",
            "target": (await User.get(email="ada@example.org")).id,
            "changes": [("invitationSentAt", "2026-11-22T12:00:00Z", "2026-11-22T12:05:00Z")],
        }
    ]
    async with nothing_changes():
        assert faults(await call(anybody, ACCEPT, token=old, password=PASSWORD)) == [("INVALID_TOKEN", "token")]
    token = await link_token("ada@example.org")
    assert faults(await call(anybody, ACCEPT, token=token, password=PASSWORD)) == []


async def test_an_invitation_that_was_sent_stays_sent_and_its_link_dies_too(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    ada = (await call(ask, ADD, **await newcomer(world, admin)))["user"]
    old = await link_token("ada@example.org")
    await Mail.all().update(state=MailState.SENT.value, sealed_token=None, sent_at=world.clock.now)
    await call(ask, RESEND, id=ada["id"])
    assert sorted(await outbox()) == [QUEUED, ("invitation", "ada@example.org", "SENT")]
    refused = await call(await world.client(), ACCEPT, token=old, password=PASSWORD)
    assert faults(refused) == [("INVALID_TOKEN", "token")]


async def test_the_latest_inviter_is_shown(world: World) -> None:
    admin = await world.admin()
    platform = await admin.platform
    target = await world.user(platform, invited=True)
    other = await world.admin(platform, first_name="Radia", last_name="Perlman")
    user = (await call(await world.client(other), RESEND, id=user_id(target)))["user"]
    assert user["invitation"]["invitedBy"] == {"fullName": "Radia Perlman"}


@pytest.mark.parametrize("facts", [{}, {"disabled": True}, {"disabled": True, "invited": True}])
async def test_only_who_is_invited_can_be_invited_again(world: World, facts: dict) -> None:
    admin = await world.admin()
    facts = dict(facts)
    if facts.pop("disabled", False):
        facts["disabled_at"] = world.clock.now
    target = await world.user(await admin.platform, **facts)
    ask = await world.client(admin)
    async with nothing_changes():
        payload = await call(ask, RESEND, id=user_id(target))
    assert (faults(payload), payload["user"]) == ([("NOT_INVITED", None)], None)


async def test_a_sixth_invitation_within_an_hour_has_to_wait(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    ada = (await call(ask, ADD, **await newcomer(world, admin)))["user"]
    for minutes in range(4):
        clock.advance(minutes=1)
        assert (await call(ask, RESEND, id=ada["id"]))["user"]["invitation"]["timesSent"] == minutes + 2
    token = await link_token("ada@example.org")
    clock.advance(minutes=1)
    ask = await world.client(admin)
    async with nothing_changes():
        payload = await call(ask, RESEND, id=ada["id"])
    assert payload == {
        "user": None,
        "errors": [
            {
                "code": "RATE_LIMITED",
                "message": "This user was invited five times within the last hour.",
                "field": None,
                "retryAfter": 55 * 60,
            }
        ],
    }
    clock.advance(minutes=54, seconds=59)
    ask = await world.client(admin)
    assert (await call(ask, RESEND, id=ada["id"]))["errors"][0]["retryAfter"] == 1
    clock.advance(seconds=1)
    assert faults(await call(ask, RESEND, id=ada["id"])) == []
    assert (await call(ask, RESEND, id=ada["id"]))["errors"][0]["retryAfter"] == 60
    refused = await call(await world.client(), ACCEPT, token=token, password=PASSWORD)
    assert faults(refused) == [("INVALID_TOKEN", "token")]


async def test_part_of_a_second_is_rounded_up(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, invited=True)
    ask = await world.client(admin)
    for _ in range(5):
        assert faults(await call(ask, RESEND, id=user_id(target))) == []
    clock.advance(milliseconds=1)
    assert (await call(ask, RESEND, id=user_id(target)))["errors"][0]["retryAfter"] == 3600


async def test_the_limit_is_each_users_own(world: World) -> None:
    admin = await world.admin()
    platform = await admin.platform
    one, two = await world.user(platform, invited=True), await world.user(platform, invited=True)
    ask = await world.client(admin)
    for _ in range(5):
        await call(ask, RESEND, id=user_id(one))
    assert faults(await call(ask, RESEND, id=user_id(one))) == [("RATE_LIMITED", None)]
    assert faults(await call(ask, RESEND, id=user_id(two))) == []


async def test_disabling_in_between_does_not_reset_the_limit(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, invited=True)
    ask = await world.client(admin)
    for _ in range(5):
        await call(ask, RESEND, id=user_id(target))
    await call(ask, DISABLE, id=user_id(target))
    await call(ask, ENABLE, id=user_id(target))
    assert faults(await call(ask, RESEND, id=user_id(target))) == [("RATE_LIMITED", None)]


async def test_who_was_disabled_and_enabled_gets_a_live_link_again(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, invited=True, email="ada@example.org")
    ask = await world.client(admin)
    await call(ask, DISABLE, id=user_id(target))
    await call(ask, ENABLE, id=user_id(target))
    user = (await call(ask, RESEND, id=user_id(target)))["user"]
    assert (user["invitation"]["expired"], user["alerts"]) == (False, [])
    payload = await call(await world.client(), ACCEPT, token=await link_token("ada@example.org"), password=PASSWORD)
    assert (payload["errors"], payload["session"]["user"]["status"]) == ([], "ACTIVE")


async def test_of_twenty_at_once_five_are_sent(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, invited=True, email="ada@example.org")
    ask = await world.client(admin)
    answers = await asyncio.gather(*(call(ask, RESEND, id=user_id(target)) for _ in range(20)))
    assert sorted(faults(answer) for answer in answers) == [[]] * 5 + [[("RATE_LIMITED", None)]] * 15
    assert sorted(await outbox()) == [FAILED] * 4 + [QUEUED]
    assert [event["type"] for event in await trail()] == ["user.invitation_resent"] * 5
    assert (await User.get(id=target.id)).version == 6
