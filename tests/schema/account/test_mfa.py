"""The second factor: set up, asked for, switched off, reset."""

import base64
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from models.challenge import Challenge
from models.recovery_code import RecoveryCode
from models.session import Session
from models.user import User
from tests.conftest import StandingClock
from tests.schema.account.documents import (
    BEGIN,
    CONFIRM,
    DISABLE_MFA,
    REPLACE,
    SIGN_IN,
    VERIFY,
    alive,
    challenged,
    code_of,
    codes,
    do,
    mails,
    on_user,
    sign_in,
    with_mfa,
    wrong_code,
)
from tests.world import PASSWORD, World, user_id

pytestmark = pytest.mark.anyio


async def test_an_app_is_set_up_with_160_bits_sha1_six_digits_and_30_seconds(
    world: World, clock: StandingClock
) -> None:
    ada = await world.user(await world.platform(name="Acme & Söhne"), email="ada@example.org")
    ask, elsewhere = await world.client(ada), await world.session(ada)
    begun = await do(ask, BEGIN)
    assert len(base64.b32decode(begun["secret"])) * 8 == 160
    uri = urlsplit(begun["otpauthUri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/Acme & Söhne:ada@example.org"
    assert parse_qs(uri.query) == {"secret": [begun["secret"]], "issuer": ["Acme & Söhne"]}
    assert not (await User.get(id=ada.id)).totp_confirmed_at
    assert (await sign_in(world, ada))["session"]
    done = await do(ask, CONFIRM, code=pyotp.parse_uri(begun["otpauthUri"]).at(clock.now))
    assert done["errors"] == []
    mfa = {"enabled": True, "methods": ["TOTP"], "enrolledAt": "2026-11-22T12:00:00Z", "recoveryCodesLeft": 10}
    assert done["user"] == {"id": user_id(ada), "mfa": mfa}
    assert done["session"] is None
    assert await alive(world, ask.token or "")
    assert not await alive(world, elsewhere)
    assert await mails(ada) == ["mfa_enabled"]
    assert "user.mfa_enabled" in await world.events()
    assert (await sign_in(world, ada))["challenge"]["kind"] == "MFA_CODE"


async def test_the_secret_is_encrypted_at_rest(world: World) -> None:
    ada = await world.user(await world.platform())
    secret = (await do(await world.client(ada), BEGIN))["secret"]
    sealed = (await User.get(id=ada.id)).totp_pending_secret or ""
    assert secret not in sealed
    assert world.vault.open(sealed) == secret


async def test_a_wrong_first_code_switches_nothing_on(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    ask = await world.client(ada)
    assert codes(await do(ask, CONFIRM, code="000000")) == ["INVALID_CODE"]
    app = pyotp.TOTP((await do(ask, BEGIN))["secret"])
    done = await do(ask, CONFIRM, code=wrong_code(app, clock.now))
    assert (codes(done), done["recoveryCodes"]) == (["INVALID_CODE"], None)
    newer = pyotp.TOTP((await do(ask, BEGIN))["secret"])
    assert codes(await do(ask, CONFIRM, code=code_of(app, clock.now))) == ["INVALID_CODE"]
    assert codes(await do(ask, CONFIRM, code=code_of(newer, clock.now))) == []


async def test_where_mfa_is_on_a_session_cannot_swap_the_app(world: World) -> None:
    ada = await world.user(await world.platform())
    await with_mfa(world, ada)
    before = (await User.get(id=ada.id)).totp_secret
    assert codes(await do(await world.client(ada), BEGIN)) == ["FORBIDDEN"]
    fresh = await User.get(id=ada.id)
    assert (fresh.totp_secret, fresh.totp_pending_secret) == (before, None)


@pytest.mark.parametrize(("step", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_one_step_of_drift_is_forgiven(world: World, clock: StandingClock, step: int, right: bool) -> None:
    ada = await world.user(await world.platform())
    app, ask = await with_mfa(world, ada), await world.client()
    done = await do(ask, VERIFY, token=await challenged(world, ada), code=code_of(app, clock.now, step))
    assert (done["session"] is not None) == right
    assert codes(done) == ([] if right else ["INVALID_CODE"])


async def test_each_step_is_accepted_once_ever_and_none_before_it(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    app, ask = await with_mfa(world, ada), await world.client()
    tries = []
    for step in (0, 0, -1, 1, 1, 0):
        done = await do(ask, VERIFY, token=await challenged(world, ada), code=code_of(app, clock.now, step))
        tries.append(done["session"] is not None)
    assert tries == [True, False, False, True, False, False]
    clock.advance(seconds=30)
    done = await do(ask, VERIFY, token=await challenged(world, ada), code=app.at(clock.now))
    assert codes(done) == ["INVALID_CODE"]


async def test_the_code_that_confirmed_the_app_signs_nobody_in(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    ask = await world.client(ada)
    app = pyotp.TOTP((await do(ask, BEGIN))["secret"])
    assert codes(await do(ask, CONFIRM, code=app.at(clock.now))) == []
    done = await do(ask, VERIFY, token=await challenged(world, ada), code=app.at(clock.now))
    assert codes(done) == ["INVALID_CODE"]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "x" * 50_000, "\x00", "\ud800"])
async def test_what_is_no_code_is_a_wrong_one(world: World, code: str) -> None:
    ada = await world.user(await world.platform())
    await with_mfa(world, ada)
    done = await do(await world.client(), VERIFY, token=await challenged(world, ada), code=code)
    assert codes(done) == ["INVALID_CODE"]
    assert (await User.get(id=ada.id)).failed_sign_ins == 1


async def test_a_code_may_be_typed_in_two_groups(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    code = (await with_mfa(world, ada)).at(clock.now)
    done = await do(await world.client(), VERIFY, token=await challenged(world, ada), code=f" {code[:3]} {code[3:]} ")
    assert done["session"]


async def test_switching_mfa_off_needs_the_password_and_ends_the_other_sessions(world: World) -> None:
    ada = await world.user(await world.platform())
    await with_mfa(world, ada)
    await world.recovery_codes(ada, 3)
    ask, elsewhere = await world.client(ada), await world.session(ada)
    pending = await challenged(world, ada)
    assert codes(await do(ask, DISABLE_MFA, password="not the password")) == ["INVALID_CREDENTIALS"]
    assert await alive(world, elsewhere)
    assert await do(ask, DISABLE_MFA, password=PASSWORD) == {"user": {"mfa": {"enabled": False}}, "errors": []}
    assert not await alive(world, elsewhere)
    assert await alive(world, ask.token or "")
    fresh = await User.get(id=ada.id)
    assert (fresh.totp_secret, fresh.totp_confirmed_at) == (None, None)
    assert await RecoveryCode.all().count() == 0
    assert codes(await do(await world.client(), VERIFY, token=pending, code="000000")) == ["INVALID_TOKEN"]
    assert await mails(ada) == ["mfa_disabled"]
    assert codes(await do(ask, DISABLE_MFA, password=PASSWORD)) == []
    assert await mails(ada) == ["mfa_disabled"]


async def test_where_the_policy_requires_mfa_nobody_switches_it_off(world: World) -> None:
    ada = await world.user(await world.platform(mfa_required=True))
    await with_mfa(world, ada)
    assert codes(await do(await world.client(ada), DISABLE_MFA, password=PASSWORD)) == ["FORBIDDEN"]
    assert (await User.get(id=ada.id)).totp_secret is not None


async def test_where_the_policy_requires_mfa_sign_in_leads_into_enrolment(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(mfa_required=True))
    ask = await world.client()
    token = await challenged(world, ada, "MFA_ENROLLMENT")
    assert await Session.all().count() == 0
    app = pyotp.TOTP((await do(ask, BEGIN, token=token))["secret"])
    assert codes(await do(ask, CONFIRM, token=token, code=wrong_code(app, clock.now))) == ["INVALID_CODE"]
    done = await do(ask, CONFIRM, token=token, code=app.at(clock.now))
    assert len(done["recoveryCodes"]) == 10
    assert done["session"]["user"] == {"status": "ACTIVE"}
    assert await alive(world, done["session"]["token"])
    assert codes(await do(ask, BEGIN, token=token)) == ["INVALID_TOKEN"]
    assert codes(await do(ask, CONFIRM, token=token, code=app.at(clock.now))) == ["INVALID_TOKEN"]


async def test_an_administrator_resets_a_lost_app_and_the_owner_is_told(world: World, clock: StandingClock) -> None:
    platform = await world.platform(mfa_required=True)
    ada, admin = await world.user(platform), await world.client(await world.admin(platform))
    await with_mfa(world, ada)
    await world.recovery_codes(ada, 2)
    session, pending = await world.session(ada), await challenged(world, ada)
    clock.advance(minutes=1)
    assert codes(await do(admin, on_user("resetUserMfa"), id=user_id(ada))) == []
    assert not await alive(world, session)
    assert await RecoveryCode.all().count() == 0
    assert codes(await do(await world.client(), VERIFY, token=pending, code="000000")) == ["INVALID_TOKEN"]
    assert await mails(ada) == ["mfa_disabled"]
    assert "user.mfa_reset" in await world.events(target_id=ada.id)
    assert (await sign_in(world, ada))["challenge"]["kind"] == "MFA_ENROLLMENT"
    version = (await User.get(id=ada.id)).version
    assert codes(await do(admin, on_user("resetUserMfa"), id=user_id(ada))) == []
    assert ((await User.get(id=ada.id)).version, await mails(ada)) == (version, ["mfa_disabled"])


async def test_a_sign_in_begun_without_mfa_dies_when_mfa_is_switched_on(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(password_max_age_days=30))
    owner = await world.client(ada)
    await User.filter(id=ada.id).update(password_changed_at=clock.now - timedelta(days=30))
    begun = await challenged(world, ada, "PASSWORD_CHANGE")
    app = pyotp.TOTP((await do(owner, BEGIN))["secret"])
    assert codes(await do(owner, CONFIRM, code=app.at(clock.now))) == []
    done = await do(await world.client(), REPLACE, token=begun, password="a guesser's own new words")
    assert codes(done) == ["INVALID_TOKEN"]
    assert await Challenge.all().count() == 0
    assert codes(await do(await world.client(), SIGN_IN, email=ada.email, password=PASSWORD)) == []
