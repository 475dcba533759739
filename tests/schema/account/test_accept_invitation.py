"""`acceptInvitation`: the link works once, until it ends, and makes the account active."""

import asyncio
from typing import Any

import pytest

from models.invitation import Invitation
from models.user import User
from tests.conftest import StandingClock
from tests.schema.users.documents import ACCEPT, ADD, DISABLE, SIGN_IN, call, faults
from tests.schema.users.test_add import newcomer
from tests.schema.users.witness import link_token, nothing_changes, sessions_of, trail
from tests.world import Client, World

pytestmark = pytest.mark.anyio

EMAIL, PASSWORD = "ada@example.org", "eight green herons on the pier"
REFUSED = {
    "session": None,
    "errors": [
        {
            "code": "INVALID_TOKEN",
            "message": "This invitation is unknown, used, replaced or out of date; ask an administrator for a new one.",
            "field": ["input", "token"],
            "retryAfter": None,
        }
    ],
}


async def invited(world: World, **policy: Any) -> str:
    """The token of Ada's link."""
    admin = await world.admin(await world.platform(**policy))
    assert faults(await call(await world.client(admin), ADD, **await newcomer(world, admin))) == []
    return await link_token(EMAIL)


async def accept(world: World, token: str, password: str = PASSWORD) -> dict[str, Any]:
    return await call(await world.client(), ACCEPT, token=token, password=password)


async def test_the_link_and_a_password_make_the_account_active_and_sign_in(world: World, clock: StandingClock) -> None:
    token = await invited(world)
    clock.advance(minutes=5)
    payload = await accept(world, token)
    session, user = payload["session"], payload["session"]["user"]
    assert (payload["errors"], session["expiresAt"]) == ([], "2026-11-22T13:05:00Z")
    assert (user["email"], user["status"], user["invitation"], user["version"]) == (EMAIL, "ACTIVE", None, 3)
    assert (user["lastLoginAt"], user["updatedAt"]) == ("2026-11-22T12:05:00Z", "2026-11-22T12:05:00Z")
    assert user["password"] == {
        "isSet": True,
        "changedAt": "2026-11-22T12:05:00Z",
        "expiresAt": None,
        "expired": False,
    }
    ask = Client(world.app, session["token"])
    assert (await ask("{ viewer { email } }")).data == {"viewer": {"email": EMAIL}}
    assert sorted((event["type"], event["actor"]) for event in await trail("user.added")) == [
        ("invitation.accepted", "Ada Lovelace"),
        ("session.started", "Ada Lovelace"),
        ("user.activated", "Ada Lovelace"),
    ]
    assert await Invitation.all().count() == 0
    again = await call(await world.client(), SIGN_IN, email=EMAIL, password=PASSWORD)
    assert faults(again) == []


async def test_the_link_works_once(world: World) -> None:
    token = await invited(world)
    await accept(world, token)
    async with nothing_changes():
        assert await accept(world, token, "another long password of hers") == REFUSED


async def test_of_ten_at_once_one_is_accepted(world: World) -> None:
    token = await invited(world)
    payloads = await asyncio.gather(*(accept(world, token, f"{PASSWORD} {number}") for number in range(10)))
    ada = await User.get(email=EMAIL)
    assert sorted(faults(payload) for payload in payloads) == [[]] + [[("INVALID_TOKEN", "token")]] * 9
    assert (await sessions_of(ada), ada.version) == (1, 3)
    assert [event["type"] for event in await trail()].count("user.activated") == 1
    (number,) = [number for number, payload in enumerate(payloads) if payload["session"]]
    assert faults(await call(await world.client(), SIGN_IN, email=EMAIL, password=f"{PASSWORD} {number}")) == []


async def test_the_link_ends_after_the_hours_of_the_policy(world: World, clock: StandingClock) -> None:
    token = await invited(world, invitation_hours=2)
    clock.advance(hours=2)
    async with nothing_changes():
        assert await accept(world, token) == REFUSED
    clock.advance(seconds=-1)
    assert faults(await accept(world, token)) == []


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "é" * 43, "a" * 50_000])
async def test_an_unknown_link_is_refused(world: World, token: str) -> None:
    await invited(world)
    async with nothing_changes():
        assert await accept(world, token) == REFUSED


@pytest.mark.parametrize("password", ["", "x" * 14, "short and sweet"[:14], "x" * 129 + PASSWORD * 5])
async def test_a_password_that_is_no_good_leaves_the_link_alive(world: World, password: str) -> None:
    token = await invited(world)
    async with nothing_changes():
        payload = await accept(world, token, password)
    assert (faults(payload), payload["session"]) == ([("PASSWORD_REJECTED", "password")], None)
    assert faults(await accept(world, token)) == []


async def test_the_form_in_which_an_accent_is_typed_does_not_matter(world: World) -> None:
    token = await invited(world)
    await accept(world, token, "e\u0301l\u00e8ve " + PASSWORD)
    again = await call(await world.client(), SIGN_IN, email=EMAIL, password="\u00e9le\u0300ve " + PASSWORD)
    assert faults(again) == []


async def test_who_is_disabled_while_accepting_is_not_let_in(world: World) -> None:
    token = await invited(world)
    ada = await User.get(email=EMAIL)
    ask = await world.client(await User.get(last_name="Hopper"))
    disabled = {"id": (await ask('{ users(search: "love") { nodes { id } } }')).data["users"]["nodes"][0]["id"]}
    payload, _ = await asyncio.gather(accept(world, token), call(ask, DISABLE, **disabled))
    assert faults(payload) in ([], [("INVALID_TOKEN", "token")], [("INVALID_CREDENTIALS", None)])
    assert ((await User.get(id=ada.id)).disabled_at, await sessions_of(ada)) == (world.clock.now, 0)
