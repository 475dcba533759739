"""Changing the password: the rules, what ends with it, and expiry where the policy has it."""

from datetime import timedelta

import pytest

from models.past_password import PastPassword
from models.user import User
from services.housekeeping import tidy_up
from tests.conftest import StandingClock
from tests.schema.account.documents import (
    CHANGE,
    NEW_PASSWORD,
    REPLACE,
    RESET,
    VERIFY,
    alive,
    challenged,
    codes,
    do,
    mails,
    requested_link,
    said,
    sign_in,
    with_mfa,
)
from tests.world import PASSWORD, World

pytestmark = pytest.mark.anyio
EXPIRY = "{ viewer { password { expiresAt expired } alerts { type since } } }"


async def test_a_change_ends_the_other_sessions_and_tells_the_owner(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    ask, elsewhere = await world.client(ada), await world.session(ada)
    clock.advance(minutes=1)
    done = await do(ask, CHANGE, old=PASSWORD, new=NEW_PASSWORD)
    assert (done["errors"], done["user"]["version"]) == ([], 2)
    assert await alive(world, ask.token or "")
    assert not await alive(world, elsewhere)
    assert await mails(ada) == ["password_changed"]
    assert await world.events() == ["user.password_changed"]
    assert (await User.get(id=ada.id)).password_changed_at == clock.now
    assert codes(await sign_in(world, ada, PASSWORD)) == ["INVALID_CREDENTIALS"]
    assert (await sign_in(world, ada, NEW_PASSWORD))["session"]


async def test_a_change_kills_an_open_link(world: World) -> None:
    ada = await world.user(await world.platform())
    link = await requested_link(world, ada)
    assert codes(await do(await world.client(ada), CHANGE, old=PASSWORD, new=NEW_PASSWORD)) == []
    assert codes(await do(await world.client(), RESET, token=link, password="another set of words")) == [
        "INVALID_TOKEN"
    ]


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("fourteen chars", "A password needs at least 15 characters."),
        ("x" * 5 + "word " * 24 + "last", "A password may have at most 128 characters."),
        ("password password", "This is one of the commonest passwords."),
        ("Ada Lovelace 1815", "This is made of your name, your address or the platform's name."),
        ("countess.example", "This is made of your name, your address or the platform's name."),
        ("Acme Rollcall Acme", "This is made of your name, your address or the platform's name."),
        (PASSWORD, "This is the current password."),
    ],
)
async def test_a_bad_password_is_refused_with_the_reason(world: World, new: str, reason: str) -> None:
    ada = await world.user(await world.platform("Acme"), email="countess@example.org")
    done = await do(await world.client(ada), CHANGE, old=PASSWORD, new=new)
    assert (codes(done), said(done)) == (["PASSWORD_REJECTED"], reason)
    assert done["errors"][0]["field"] == ["input", "newPassword"]
    assert (await User.get(id=ada.id)).password_hash == ada.password_hash
    assert (await mails(ada), await world.events()) == ([], [])


async def test_where_mfa_is_required_eight_letters_may_do(world: World) -> None:
    ada = await world.user(await world.platform(mfa_required=True, password_min_length=8))
    ask = await world.client(ada)
    assert codes(await do(ask, CHANGE, old=PASSWORD, new="gx7!pvq")) == ["PASSWORD_REJECTED"]
    assert codes(await do(ask, CHANGE, old=PASSWORD, new="gx7!pvqz")) == []


async def test_expiry_is_off_by_default(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(dormant_after_days=0))
    clock.advance(days=3650)
    assert (await sign_in(world, ada))["session"]
    viewer = (await (await world.client(ada))(EXPIRY)).data["viewer"]
    assert viewer == {"password": {"expiresAt": None, "expired": False}, "alerts": []}


@pytest.mark.parametrize(
    ("age", "expired"),
    [
        (timedelta(days=89), False),
        (timedelta(days=90, microseconds=-1), False),
        (timedelta(days=90), True),
        (timedelta(days=91), True),
    ],
)
async def test_a_password_expires_on_day_90_and_not_before(
    world: World, clock: StandingClock, age: timedelta, expired: bool
) -> None:
    platform = await world.platform(password_max_age_days=90, dormant_after_days=0)
    ada = await world.user(platform, timezone="Pacific/Kiritimati")
    clock.now += age
    alert = [{"type": "PASSWORD_EXPIRED", "since": "2027-02-20T12:00:00Z"}]
    viewer = (await (await world.client(ada))(EXPIRY)).data["viewer"]
    assert viewer == {
        "password": {"expiresAt": "2027-02-20T12:00:00Z", "expired": expired},
        "alerts": alert if expired else [],
    }
    done = await sign_in(world, ada)
    assert (done["session"] is None) == expired
    assert (done["challenge"] or {}).get("kind") == ("PASSWORD_CHANGE" if expired else None)


async def test_an_expired_password_is_replaced_after_mfa(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(password_max_age_days=90))
    app, ask, elsewhere = await with_mfa(world, ada), await world.client(), await world.session(ada)
    clock.advance(days=90)
    answered = await do(ask, VERIFY, token=await challenged(world, ada), code=app.at(clock.now))
    assert (answered["session"], answered["challenge"]["kind"]) == (None, "PASSWORD_CHANGE")
    token = answered["challenge"]["token"]
    refused = await do(ask, REPLACE, token=token, password=PASSWORD)
    assert (codes(refused), said(refused)) == (["PASSWORD_REJECTED"], "This is the current password.")
    done = await do(ask, REPLACE, token=token, password=NEW_PASSWORD)
    assert await alive(world, done["session"]["token"])
    assert not await alive(world, elsewhere)
    assert await mails(ada) == ["password_changed"]
    assert codes(await do(ask, REPLACE, token=token, password="yet another set of words")) == ["INVALID_TOKEN"]


async def test_where_mfa_is_required_and_missing_the_new_password_comes_first(
    world: World, clock: StandingClock
) -> None:
    ada = await world.user(await world.platform(password_max_age_days=90, mfa_required=True))
    clock.advance(days=90)
    token = await challenged(world, ada, "PASSWORD_CHANGE")
    done = await do(await world.client(), REPLACE, token=token, password=NEW_PASSWORD)
    assert (done["session"], done["challenge"]["kind"]) == (None, "MFA_ENROLLMENT")


async def test_while_expiry_is_on_the_last_five_are_refused_and_the_sixth_is_not(
    world: World, clock: StandingClock
) -> None:
    ada = await world.user(await world.platform(password_max_age_days=90))
    ask, used = await world.client(ada), [PASSWORD]
    for word in ("first", "second", "third", "fourth"):
        clock.advance(minutes=1)
        used.append(f"the {word} of several phrases")
        assert codes(await do(ask, CHANGE, old=used[-2], new=used[-1])) == []
    for past in used[:-1]:
        refused = await do(ask, CHANGE, old=used[-1], new=past)
        assert (codes(refused), said(refused)) == (["PASSWORD_REJECTED"], "This is one of the last 5 passwords.")
    clock.advance(minutes=1)
    assert codes(await do(ask, CHANGE, old=used[-1], new="the fifth of several phrases")) == []
    clock.advance(minutes=1)
    assert codes(await do(ask, CHANGE, old="the fifth of several phrases", new=PASSWORD)) == []
    assert await PastPassword.filter(user_id=ada.id).count() == 5


async def test_without_expiry_no_past_password_is_kept(world: World, clock: StandingClock) -> None:
    platform = await world.platform(password_max_age_days=90)
    ada = await world.user(platform)
    ask = await world.client(ada)
    assert codes(await do(ask, CHANGE, old=PASSWORD, new=NEW_PASSWORD)) == []
    await tidy_up(clock.now)
    assert await PastPassword.all().count() == 2
    platform.password_max_age_days = 0
    await platform.save(update_fields=["password_max_age_days"])
    await tidy_up(clock.now)
    assert await PastPassword.all().count() == 0
    assert codes(await do(ask, CHANGE, old=NEW_PASSWORD, new=PASSWORD)) == []
    assert await PastPassword.all().count() == 0
