"""`disableUser`: out at once, and nothing that could bring the user back survives."""

import asyncio

import pytest

from models.invitation import Invitation
from models.mail import Mail
from tests.conftest import StandingClock
from tests.schema.users.documents import ACCEPT, ADD, DISABLE, ENABLE, SIGN_IN, call, faults
from tests.schema.users.test_add import newcomer
from tests.schema.users.witness import link_token, nothing_changes, outbox, sessions_of, trail
from tests.world import PASSWORD, World, user_id

pytestmark = pytest.mark.anyio

NEW_PASSWORD = "eight green herons on the pier"


async def test_a_disabled_user_is_inactive_and_the_reason_is_kept(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    clock.advance(minutes=5)
    payload = await call(ask, DISABLE, id=user_id(target), reason=" Left the company ")
    user = payload["user"]
    assert payload["errors"] == []
    assert (user["id"], user["status"], user["disabledAt"], user["disabledReason"]) == (
        user_id(target),
        "INACTIVE",
        "2026-11-22T12:05:00Z",
        "Left the company",
    )
    assert (user["version"], user["updatedAt"]) == (2, "2026-11-22T12:05:00Z")
    assert await trail() == [
        {
            "type": "user.disabled",
            "actor": "Grace Hopper",
            "target": target.id,
            "changes": [
                ("disabledAt", None, "2026-11-22T12:05:00Z"),
                ("disabledReason", None, "Left the company"),
            ],
        }
    ]
    assert await outbox() == []


async def test_every_session_ends_at_once_and_signing_in_is_over(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org")
    ask, theirs = await world.client(admin), [await world.client(target) for _ in range(3)]
    assert (await theirs[0]("{ viewer { email } }")).data == {"viewer": {"email": "ada@example.org"}}
    await call(ask, DISABLE, id=user_id(target))
    assert await sessions_of(target) == 0
    for client in theirs:
        assert (await client("{ viewer { email } }")).data == {"viewer": None}
        assert (await client("{ users { totalCount } }")).codes == ["UNAUTHENTICATED"]
    refused = await call(await world.client(), SIGN_IN, email="ada@example.org", password=PASSWORD)
    assert (faults(refused), refused["session"]) == ([("INVALID_CREDENTIALS", None)], None)
    assert await sessions_of(admin) == 1


async def test_the_invitation_dies_and_its_mail_is_taken_back(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    ask, anybody = await world.client(admin), await world.client()
    ada = (await call(ask, ADD, **await newcomer(world, admin)))["user"]
    token = await link_token("ada@example.org")
    clock.advance(minutes=5)
    user = (await call(ask, DISABLE, id=ada["id"]))["user"]
    assert (user["status"], user["invitation"]["expired"]) == ("INACTIVE", True)
    assert user["invitation"]["expiresAt"] == "2026-11-22T12:05:00Z"
    assert await outbox() == [("invitation", "ada@example.org", "FAILED")]
    assert (await Mail.get()).sealed_token is None
    assert (await Invitation.get()).token_hash is None
    async with nothing_changes():
        payload = await call(anybody, ACCEPT, token=token, password=NEW_PASSWORD)
        assert (faults(payload), payload["session"]) == ([("INVALID_TOKEN", "token")], None)
    await call(ask, ENABLE, id=ada["id"])
    async with nothing_changes():
        assert faults(await call(anybody, ACCEPT, token=token, password=NEW_PASSWORD)) == [("INVALID_TOKEN", "token")]


async def test_disabling_a_disabled_user_is_done_and_changes_nothing(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    first = await call(ask, DISABLE, id=user_id(target), reason="Left")
    clock.advance(seconds=30)
    async with nothing_changes():
        assert await call(ask, DISABLE, id=user_id(target), reason="Left") == first


@pytest.mark.parametrize("blank", [None, "", "  ", "\n"])
async def test_a_blank_reason_is_none(world: World, blank: str | None) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    user = (await call(await world.client(admin), DISABLE, id=user_id(target), reason=blank))["user"]
    assert (user["status"], user["disabledReason"]) == ("INACTIVE", None)
    assert [event["changes"] for event in await trail()] == [[("disabledAt", None, "2026-11-22T12:00:00Z")]]


@pytest.mark.parametrize("reason", ["x" * 501, "x" * 40_000, "a\nb", "a\x00b", "\ud800", "a\x1bb", "\u0301"])
async def test_a_reason_that_cannot_be_shown_on_one_line_is_invalid(world: World, reason: str) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    await world.session(target)
    async with nothing_changes():
        assert faults(await call(ask, DISABLE, id=user_id(target), reason=reason)) == [("INVALID", "reason")]


async def test_a_reason_of_five_hundred_letters_fits(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    user = (await call(await world.client(admin), DISABLE, id=user_id(target), reason="ß" * 500))["user"]
    assert user["disabledReason"] == "ß" * 500


async def test_twenty_at_once_disable_once(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    answers = await asyncio.gather(*(call(ask, DISABLE, id=user_id(target)) for _ in range(20)))
    assert answers == [answers[0]] * 20
    assert (answers[0]["errors"], answers[0]["user"]["version"]) == ([], 2)
    assert [event["type"] for event in await trail()] == ["user.disabled"]


async def test_whoever_signs_in_while_being_disabled_is_out_afterwards(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org")
    ask, anybody = await world.client(admin), await world.client()
    sign_in = [call(anybody, SIGN_IN, email="ada@example.org", password=PASSWORD) for _ in range(4)]
    payload, *_ = await asyncio.gather(call(ask, DISABLE, id=user_id(target)), *sign_in)
    assert faults(payload) == []
    assert await sessions_of(target) == 0
