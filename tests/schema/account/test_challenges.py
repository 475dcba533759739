"""Challenges: five minutes, single use, five wrong codes, and good for their own step only."""

import pytest

from models.challenge import Challenge
from models.session import Session
from services.housekeeping import tidy_up
from tests.conftest import StandingClock
from tests.schema.account.documents import (
    ACCEPT,
    BEGIN,
    CONFIRM,
    NEW_PASSWORD,
    REPLACE,
    RESET,
    VERIFY,
    alive,
    challenged,
    codes,
    do,
    on_user,
    requested_link,
    sign_in,
    with_mfa,
    wrong_code,
)
from tests.world import World, user_id

pytestmark = pytest.mark.anyio


async def test_a_challenge_lives_five_minutes(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    app, ask = await with_mfa(world, ada), await world.client()
    challenge = (await sign_in(world, ada))["challenge"]
    assert challenge["expiresAt"] == "2026-11-22T12:05:00Z"
    late = await challenged(world, ada)
    clock.advance(minutes=5, seconds=-1)
    assert (await do(ask, VERIFY, token=challenge["token"], code=app.at(clock.now)))["session"]
    clock.advance(seconds=1)
    assert codes(await do(ask, VERIFY, token=late, code=app.at(clock.now))) == ["INVALID_TOKEN"]
    await tidy_up(clock.now)
    assert await Challenge.all().count() == 0


async def test_a_challenge_is_answered_once(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    app, ask = await with_mfa(world, ada), await world.client()
    token = await challenged(world, ada)
    assert (await do(ask, VERIFY, token=token, code=app.at(clock.now)))["session"]
    clock.advance(seconds=30)
    assert codes(await do(ask, VERIFY, token=token, code=app.at(clock.now))) == ["INVALID_TOKEN"]


async def test_the_fifth_wrong_code_voids_the_challenge(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(lockout_threshold=50))
    app, ask = await with_mfa(world, ada), await world.client()
    token = await challenged(world, ada)
    for _ in range(4):
        assert codes(await do(ask, VERIFY, token=token, code=wrong_code(app, clock.now))) == ["INVALID_CODE"]
    other = await challenged(world, ada)
    assert codes(await do(ask, VERIFY, token=token, code=wrong_code(app, clock.now))) == ["INVALID_CODE"]
    assert codes(await do(ask, VERIFY, token=token, code=app.at(clock.now))) == ["INVALID_TOKEN"]
    assert (await do(ask, VERIFY, token=other, code=app.at(clock.now)))["session"]


async def test_the_fifth_code_may_still_be_right(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(lockout_threshold=5))
    app, ask = await with_mfa(world, ada), await world.client()
    token = await challenged(world, ada)
    for _ in range(4):
        await do(ask, VERIFY, token=token, code=wrong_code(app, clock.now))
    assert (await do(ask, VERIFY, token=token, code=app.at(clock.now)))["session"]


@pytest.mark.parametrize("kind", ["MFA_CODE", "MFA_ENROLLMENT", "PASSWORD_CHANGE"])
async def test_a_challenge_of_one_kind_opens_nothing_else(world: World, clock: StandingClock, kind: str) -> None:
    policy = {"MFA_ENROLLMENT": {"mfa_required": True}, "PASSWORD_CHANGE": {"password_max_age_days": 1}}.get(kind, {})
    ada = await world.user(await world.platform(**policy))
    if kind == "MFA_CODE":
        await with_mfa(world, ada)
    clock.advance(days=1)
    token = await challenged(world, ada, kind)
    opens = {
        "MFA_CODE": [(VERIFY, {"code": "000000"})],
        "MFA_ENROLLMENT": [(BEGIN, {}), (CONFIRM, {"code": "000000"})],
        "PASSWORD_CHANGE": [(REPLACE, {"password": NEW_PASSWORD})],
        "": [(ACCEPT, {"password": NEW_PASSWORD}), (RESET, {"password": NEW_PASSWORD})],
    }
    ask = await world.client()
    for other in (other for other in opens if other != kind):
        for document, variables in opens[other]:
            assert codes(await do(ask, document, token=token, **variables)) == ["INVALID_TOKEN"]
    assert not await alive(world, token)
    assert await Session.all().count() == 0
    assert await Challenge.all().count() == 1


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "\x00", "\ud800", "x" * 50_000])
async def test_a_challenge_that_nobody_was_given_opens_nothing(world: World, token: str) -> None:
    ask = await world.client()
    for document, variables in ((VERIFY, {"code": "1"}), (BEGIN, {}), (REPLACE, {"password": NEW_PASSWORD})):
        done = await do(ask, document, token=token, **variables)
        assert (codes(done), done["errors"][0]["field"]) == (["INVALID_TOKEN"], ["input", "challengeToken"])


@pytest.mark.parametrize("ends", ["disableUser", "deleteUser", "revokeUserSessions", "resetUserMfa", "reset"])
async def test_what_changes_the_account_ends_half_done_sign_ins(world: World, clock: StandingClock, ends: str) -> None:
    platform = await world.platform()
    ada, admin = await world.user(platform), await world.client(await world.admin(platform))
    app, ask = await with_mfa(world, ada), await world.client()
    token = await challenged(world, ada)
    if ends == "reset":
        assert codes(await do(ask, RESET, token=await requested_link(world, ada), password=NEW_PASSWORD)) == []
    elif ends == "deleteUser":
        delete = "mutation ($id: ID!) { done: deleteUser(input: {id: $id}) { errors { code } } }"
        assert codes(await do(admin, delete, id=user_id(ada))) == []
    else:
        assert codes(await do(admin, on_user(ends), id=user_id(ada))) == []
    assert codes(await do(ask, VERIFY, token=token, code=app.at(clock.now))) == ["INVALID_TOKEN"]
    assert await Session.filter(user_id=ada.id).count() == 0
