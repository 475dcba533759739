"""`signIn`: sessions, locks and statuses; nothing tells one refusal from another."""

import asyncio
from typing import Any

import pytest

from models.session import Session
from models.user import User
from tests.conftest import StandingClock
from tests.schema.users.documents import SIGN_IN, call, faults
from tests.schema.users.witness import nothing_changes, outbox, sessions_of, trail
from tests.world import PASSWORD, Client, World, user_id

pytestmark = pytest.mark.anyio

EMAIL = "ada@example.org"
REFUSED = {
    "session": None,
    "errors": [
        {
            "code": "INVALID_CREDENTIALS",
            "message": "The e-mail address and the password do not match, or the account cannot sign in.",
            "field": None,
            "retryAfter": None,
        }
    ],
}
VIEWER = "{ viewer { email } }"


async def sign_in(world: World, password: str = PASSWORD, email: str = EMAIL) -> dict[str, Any]:
    return await call(await world.client(), SIGN_IN, email=email, password=password)


async def test_address_and_password_start_a_session(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(), email=EMAIL)
    clock.advance(minutes=5)
    payload = await sign_in(world)
    session = payload["session"]
    assert (payload["errors"], session["expiresAt"]) == ([], "2026-11-22T13:05:00Z")
    assert (session["user"]["id"], session["user"]["status"]) == (user_id(ada), "ACTIVE")
    assert (session["user"]["lastLoginAt"], session["user"]["version"]) == ("2026-11-22T12:05:00Z", 1)
    assert len(session["token"]) == 43
    assert (await Client(world.app, session["token"])(VIEWER)).data == {"viewer": {"email": EMAIL}}
    assert await trail() == [
        {"type": "session.started", "actor": "Ada Lovelace", "target": ada.id, "changes": []},
    ]
    assert await outbox() == []


@pytest.mark.parametrize("email", ["ÉVE@example.ORG", " éve@example.org ", "e\u0301ve@example.org"])
async def test_letter_case_spaces_around_and_the_form_of_accents_do_not_matter(world: World, email: str) -> None:
    await world.user(await world.platform(), email="éve@example.org")
    assert faults(await sign_in(world, email=email)) == []


async def test_every_sign_in_is_a_session_of_its_own(world: World) -> None:
    ada = await world.user(await world.platform(), email=EMAIL)
    tokens = {(await sign_in(world))["session"]["token"] for _ in range(3)}
    assert (len(tokens), await sessions_of(ada)) == (3, 3)


async def test_the_token_itself_is_nowhere_in_the_database(world: World) -> None:
    await world.user(await world.platform(), email=EMAIL)
    token = (await sign_in(world))["session"]["token"]
    assert token not in repr(await Session.all().values())


@pytest.mark.parametrize(
    "facts",
    [
        {"invited": True},
        {"invited": True, "disabled": True},
        {"disabled": True},
        {"locked": True},
        {"password_hash": None},
        {"email": "somebody@else.example"},
    ],
)
async def test_no_refusal_tells_which_it_is(world: World, clock: StandingClock, facts: dict[str, Any]) -> None:
    facts = {"email": EMAIL} | facts
    for state in ("disabled", "locked"):
        if facts.pop(state, False):
            facts[f"{state}_at"] = clock.now
    user = await world.user(await world.platform(), **facts)
    assert await sign_in(world) == REFUSED
    after = await User.get(id=user.id)
    assert (after.version, after.last_login_at, await sessions_of(user), await trail()) == (1, None, 0, [])


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "\x00", "\ud800", "x" * 40_000])
async def test_a_wrong_password_is_refused_and_counted(world: World, password: str) -> None:
    ada = await world.user(await world.platform(), email=EMAIL)
    assert await sign_in(world, password) == REFUSED
    assert (await User.get(id=ada.id)).failed_sign_ins == 1
    assert (await sessions_of(ada), await outbox(), await trail()) == (0, [], [])


@pytest.mark.parametrize(
    "email", ["", "\x00", "\ud800@example.org", "a" * 40_000, "ü" * 401, "ﬃ" * 134, "%", "ada@example.org\n x"]
)
async def test_an_address_that_nobody_can_have_is_refused_like_any_other(world: World, email: str) -> None:
    await world.user(await world.platform(), email=EMAIL)
    async with nothing_changes():
        assert await sign_in(world, email=email) == REFUSED


async def test_failures_in_a_row_lock_and_tell_the_owner_once(world: World, clock: StandingClock) -> None:
    platform = await world.platform(lockout_threshold=3)
    admin, ada = await world.admin(platform), await world.user(platform, email=EMAIL)
    for _ in range(2):
        await sign_in(world, "wrong")
    assert (await User.get(id=ada.id)).locked_at is None
    for _ in range(4):
        assert await sign_in(world, "wrong") == REFUSED
    assert await sign_in(world) == REFUSED
    document = "query ($id: ID!) { user(id: $id) { lockout { lockedAt until } alerts { type severity } version } }"
    assert (await (await world.client(admin))(document, id=user_id(ada))).data["user"] == {
        "lockout": {"lockedAt": "2026-11-22T12:00:00Z", "until": "2026-11-22T12:15:00Z"},
        "alerts": [{"type": "SECURITY_LOCKED_OUT", "severity": "CRITICAL"}],
        "version": 1,
    }
    assert await outbox() == [("account_locked", EMAIL, "QUEUED")]
    assert [(event["type"], event["target"]) for event in await trail()] == [("user.locked", ada.id)]


async def test_a_lock_ends_by_itself_to_the_second(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(), email=EMAIL, locked_at=clock.now, failed_sign_ins=5)
    clock.advance(minutes=15, seconds=-1)
    assert await sign_in(world) == REFUSED
    clock.advance(seconds=1)
    assert faults(await sign_in(world)) == []
    after = await User.get(id=ada.id)
    assert (after.locked_at, after.failed_sign_ins, after.last_login_at) == (None, 0, clock.now)
    assert sorted(event["type"] for event in await trail()) == ["session.started", "user.unlocked"]


async def test_where_locks_last_until_unlocked_time_does_not_lift_them(world: World, clock: StandingClock) -> None:
    platform = await world.platform(lockout_minutes=0)
    await world.user(platform, email=EMAIL, locked_at=clock.now, failed_sign_ins=5)
    clock.advance(days=365)
    assert await sign_in(world) == REFUSED


async def test_where_locks_are_switched_off_failures_never_lock(world: World) -> None:
    ada = await world.user(await world.platform(lockout_threshold=0), email=EMAIL)
    for _ in range(7):
        await sign_in(world, "wrong")
    assert (await User.get(id=ada.id)).locked_at is None
    assert faults(await sign_in(world)) == []


async def test_a_success_forgets_the_failures_before_it(world: World) -> None:
    ada = await world.user(await world.platform(lockout_threshold=3), email=EMAIL)
    for _ in range(3):
        for _ in range(2):
            await sign_in(world, "wrong")
        assert faults(await sign_in(world)) == []
    assert (await User.get(id=ada.id)).failed_sign_ins == 0


async def test_fifty_wrong_passwords_at_once_lock_once(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(), email=EMAIL)
    payloads = await asyncio.gather(*(sign_in(world, f"wrong {number}") for number in range(50)))
    assert payloads == [REFUSED] * 50
    after = await User.get(id=ada.id)
    assert (after.failed_sign_ins, after.locked_at) == (50, clock.now)
    assert await outbox() == [("account_locked", EMAIL, "QUEUED")]
    assert [event["type"] for event in await trail()] == ["user.locked"]


async def test_a_session_ends_after_an_hour_without_a_request(world: World, clock: StandingClock) -> None:
    await world.user(await world.platform(), email=EMAIL)
    ask = Client(world.app, (await sign_in(world))["session"]["token"])
    for _ in range(3):
        clock.advance(minutes=60, seconds=-1)
        assert (await ask(VIEWER)).data == {"viewer": {"email": EMAIL}}
    clock.advance(minutes=60)
    assert (await ask(VIEWER)).data == {"viewer": None}
    assert (await ask("{ roles { id } }")).codes == ["UNAUTHENTICATED"]


async def test_a_session_ends_after_a_day_in_any_case(world: World, clock: StandingClock) -> None:
    await world.user(await world.platform(), email=EMAIL)
    ask = Client(world.app, (await sign_in(world))["session"]["token"])
    for _ in range(47):
        clock.advance(minutes=30)
        assert (await ask(VIEWER)).data == {"viewer": {"email": EMAIL}}
    clock.advance(minutes=30)
    assert (await ask(VIEWER)).data == {"viewer": None}


@pytest.mark.parametrize("token", [b"x", b"", b"\xff\xc3\xa9", b"Bearer", b"a" * 50_000])
async def test_an_unknown_token_is_nobody(world: World, token: bytes) -> None:
    await world.user(await world.platform(), email=EMAIL)
    ask = await world.client()
    response = await ask.post({"query": VIEWER}, Authorization=b"Bearer " + token)
    assert (response.status_code, response.json()["data"]) == (200, {"viewer": None})
