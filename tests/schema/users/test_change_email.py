"""`changeUserEmail`: the sign-in name, unique over all platforms."""

import asyncio

import pytest

from models.user import User
from tests.conftest import StandingClock
from tests.schema.users.documents import ACCEPT, ADD, CHANGE_EMAIL, RESEND, SIGN_IN, call, faults
from tests.schema.users.test_add import newcomer
from tests.schema.users.witness import link_token, nothing_changes, outbox, sessions_of, trail
from tests.world import PASSWORD, World, user_id

pytestmark = pytest.mark.anyio

NEW_PASSWORD = "eight green herons on the pier"


async def test_an_active_user_is_told_at_both_addresses(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org")
    ask = await world.client(admin)
    await world.session(target)
    clock.advance(minutes=5)
    payload = await call(ask, CHANGE_EMAIL, id=user_id(target), email=" Ada@KING.example ", expectedVersion=1)
    user = payload["user"]
    assert payload["errors"] == []
    assert (user["id"], user["email"], user["fullName"], user["status"], user["version"], user["updatedAt"]) == (
        user_id(target),
        "Ada@king.example",
        "Ada Lovelace",
        "ACTIVE",
        2,
        "2026-11-22T12:05:00Z",
    )
    assert await outbox() == [
        ("address_changed", "Ada@king.example", "QUEUED"),
        ("address_changed", "ada@example.org", "QUEUED"),
    ]
    assert await trail() == [
        {
            "type": "user.email_changed",
            "actor": "Grace Hopper",
            "target": target.id,
            "changes": [("email", "ada@example.org", "Ada@king.example")],
        }
    ]
    assert await sessions_of(target) == 1


async def test_from_then_on_the_new_address_signs_in_and_finds_the_user(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org")
    ask, anybody = await world.client(admin), await world.client()
    await call(ask, CHANGE_EMAIL, id=user_id(target), email="countess@king.example")
    old = await call(anybody, SIGN_IN, email="ada@example.org", password=PASSWORD)
    new = await call(anybody, SIGN_IN, email="COUNTESS@king.example", password=PASSWORD)
    assert faults(old) == [("INVALID_CREDENTIALS", None)]
    assert new["session"]["user"]["id"] == user_id(target)
    listed = "query ($text: String) { users(filter: {text: $text}) { nodes { id } } }"
    assert (await ask(listed, text="countess")).data["users"]["nodes"] == [{"id": user_id(target)}]
    assert (await ask(listed, text="ada@example.org")).data["users"]["nodes"] == []


async def test_an_invited_user_is_invited_anew_and_the_old_link_dies(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    ask, anybody = await world.client(admin), await world.client()
    ada = (await call(ask, ADD, **await newcomer(world, admin)))["user"]
    old = await link_token("ada@example.org")
    clock.advance(minutes=5)
    payload = await call(ask, CHANGE_EMAIL, id=ada["id"], email="ada@king.example")
    assert payload["user"]["invitation"] == {
        "sentAt": "2026-11-22T12:05:00Z",
        "expiresAt": "2026-11-25T12:05:00Z",
        "expired": False,
        "timesSent": 2,
        "invitedBy": {"fullName": "Grace Hopper"},
        "delivery": {"state": "QUEUED", "attempts": 0, "lastError": None, "sentAt": None},
    }
    assert await outbox() == [
        ("invitation", "ada@example.org", "FAILED"),
        ("invitation", "ada@king.example", "QUEUED"),
    ]
    assert [event["changes"] for event in await trail("user.added")] == [
        [("email", "ada@example.org", "ada@king.example")]
    ]
    async with nothing_changes():
        assert faults(await call(anybody, ACCEPT, token=old, password=NEW_PASSWORD)) == [("INVALID_TOKEN", "token")]
    new = await link_token("ada@king.example")
    assert faults(await call(anybody, ACCEPT, token=new, password=NEW_PASSWORD)) == []


async def test_a_sixth_invitation_within_the_hour_is_not_sent_to_a_new_address_either(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    ada = (await call(ask, ADD, **await newcomer(world, admin)))["user"]
    for _ in range(4):
        await call(ask, RESEND, id=ada["id"])
    async with nothing_changes():
        payload = await call(ask, CHANGE_EMAIL, id=ada["id"], email="ada@king.example")
    assert (faults(payload), payload["errors"][0]["retryAfter"]) == ([("RATE_LIMITED", None)], 3600)


async def test_only_the_letter_case_may_change(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org")
    payload = await call(await world.client(admin), CHANGE_EMAIL, id=user_id(target), email="Ada@example.org")
    assert (payload["errors"], payload["user"]["email"], payload["user"]["version"]) == ([], "Ada@example.org", 2)
    assert [event["changes"] for event in await trail()] == [[("email", "ada@example.org", "Ada@example.org")]]
    assert faults(await call(await world.client(), SIGN_IN, email="ada@EXAMPLE.org", password=PASSWORD)) == []


@pytest.mark.parametrize("same", ["ada@example.org", " ada@EXAMPLE.ORG "])
async def test_the_same_address_again_changes_nothing(world: World, same: str) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org")
    ask = await world.client(admin)
    async with nothing_changes():
        payload = await call(ask, CHANGE_EMAIL, id=user_id(target), email=same)
    assert (payload["errors"], payload["user"]["version"]) == ([], 1)


@pytest.mark.parametrize("taken", ["eve@example.org", "EVE@example.org", "e\u0301ve@example.org"])
@pytest.mark.parametrize("invited", [False, True])
async def test_an_address_in_use_on_any_platform_is_taken(world: World, taken: str, invited: bool) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org", invited=invited)
    for email in ("Eve@Example.org", "Éve@example.org"):
        await world.user(await world.platform("Other"), email=email)
    ask = await world.client(admin)
    async with nothing_changes():
        payload = await call(ask, CHANGE_EMAIL, id=user_id(target), email=taken)
    assert faults(payload) == [("EMAIL_TAKEN", "email")]
    assert payload["user"] is None


@pytest.mark.parametrize(
    "email", ["", "ada", "a@b.org, c@d.org", "Ada <a@b.org>", "a\n@b.org", "a@b.org\r\nBcc: c@d.org", "\x00", "\ud800"]
)
async def test_a_malformed_address_is_invalid(world: World, email: str) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    async with nothing_changes():
        assert faults(await call(ask, CHANGE_EMAIL, id=user_id(target), email=email)) == [("INVALID", "email")]


async def test_a_stale_version_shows_the_user_as_it_now_is(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org", version=7)
    ask = await world.client(admin)
    async with nothing_changes():
        payload = await call(ask, CHANGE_EMAIL, id=user_id(target), email="new@example.org", expectedVersion=6)
    assert faults(payload) == [("STALE_VERSION", "expectedVersion")]
    assert (payload["user"]["email"], payload["user"]["version"]) == ("ada@example.org", 7)


async def test_two_who_want_one_address_at_once_do_not_both_get_it(world: World) -> None:
    admin = await world.admin()
    people = [await world.user(await admin.platform) for _ in range(10)]
    ask = await world.client(admin)
    wishes = (call(ask, CHANGE_EMAIL, id=user_id(user), email="one@example.org") for user in people)
    codes = [faults(payload) for payload in await asyncio.gather(*wishes)]
    assert sorted(codes) == [[]] + [[("EMAIL_TAKEN", "email")]] * 9
    assert await User.filter(email="one@example.org").count() == 1
    assert len(await outbox()) == 2
    assert [event["type"] for event in await trail()] == ["user.email_changed"]


async def test_an_address_that_was_given_up_is_free(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org")
    ask = await world.client(admin)
    await call(ask, CHANGE_EMAIL, id=user_id(target), email="ada@king.example")
    assert faults(await call(ask, ADD, **await newcomer(world, admin))) == []
