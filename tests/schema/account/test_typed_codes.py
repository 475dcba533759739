"""Codes and tokens as people copy them: whatever comes along, the right one is right."""

import unicodedata
from collections.abc import Callable

import pyotp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.mail import MailKind
from models.recovery_code import RecoveryCode
from models.user import User
from services.recovery_codes import replace_recovery_codes, use_recovery_code
from services.totp import matching_step
from tests.conftest import T0, StandingClock
from tests.schema.account.documents import (
    ACCEPT,
    BEGIN,
    CONFIRM,
    NEW_PASSWORD,
    RESET,
    VERIFY,
    challenged,
    codes,
    do,
    mailed_token,
    on_user,
    requested_link,
    with_mfa,
)
from tests.world import World, user_id

pytestmark = pytest.mark.anyio

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d\u30fc"
SPACES = " \u00a0\u2009\u202f\u3000\t\n"
UNSEEN = "\u200b\u200e\u202d\u00ad\u2060\ufeff\u200d\ufe0f"
FILLINGS = st.text(DASHES + SPACES + UNSEEN, max_size=3)


def wide(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


@pytest.mark.parametrize(
    "dress",
    [
        lambda code: f"{code[:3]}-{code[3:]}",
        lambda code: f"{code[:3]}\u2011{code[3:]}",
        lambda code: f"\u202a{code[:3]}\u202f{code[3:]}\u202c\n",
        wide,
        lambda code: "".join(chr(0x0660 + int(digit)) for digit in code),
    ],
)
async def test_a_code_of_the_app_may_come_in_any_dress(
    world: World, clock: StandingClock, dress: Callable[[str], str]
) -> None:
    ada = await world.user(await world.platform())
    code = (await with_mfa(world, ada)).at(clock.now)
    done = await do(await world.client(), VERIFY, token=await challenged(world, ada), code=dress(code))
    assert (codes(done), done["session"] is not None) == ([], True)
    assert (await User.get(id=ada.id)).failed_sign_ins == 0


@pytest.mark.parametrize(
    "dress",
    [
        lambda code: code.replace("-", "\u2011"),
        lambda code: code.replace("-", "\u2013").upper(),
        lambda code: wide(code.upper()),
        lambda code: "\u200e" + code.replace("-", " \u200b") + "\u00a0",
        lambda code: code.replace("-", ""),
    ],
)
async def test_a_recovery_code_may_come_in_any_dress(world: World, dress: Callable[[str], str]) -> None:
    ada = await world.user(await world.platform())
    await with_mfa(world, ada)
    code = (await replace_recovery_codes(ada.id))[0]
    done = await do(await world.client(), VERIFY, token=await challenged(world, ada), code=dress(code))
    assert (codes(done), done["session"] is not None) == ([], True)
    assert await RecoveryCode.filter(user_id=ada.id).count() == 9


async def test_the_first_code_of_an_app_may_be_dressed_too(world: World, clock: StandingClock) -> None:
    ask = await world.client(await world.user(await world.platform()))
    code = pyotp.TOTP((await do(ask, BEGIN))["secret"]).at(clock.now)
    assert codes(await do(ask, CONFIRM, code=wide(f"{code[:3]}\u2013{code[3:]}"))) == []


@given(letters=st.lists(FILLINGS, min_size=17, max_size=17), upper=st.booleans(), full=st.booleans())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_stored_recovery_code_is_found_however_it_is_dressed(
    world: World, letters: list[str], upper: bool, full: bool
) -> None:
    ada = await User.first() or await world.user(await world.platform())
    code = (await replace_recovery_codes(ada.id))[0].replace("-", "")
    typed = wide(code.upper() if upper else code) if full else (code.upper() if upper else code)
    dressed = letters[-1] + "".join(letter + filling for letter, filling in zip(typed, letters, strict=False))
    assert await use_recovery_code(ada.id, dressed)
    assert not await use_recovery_code(ada.id, code)


@given(secret=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=32, max_size=32), data=st.data())
@settings(deadline=None, max_examples=200)
def test_a_code_of_an_app_matches_in_the_digits_of_any_script(secret: str, data: st.DataObject) -> None:
    zeros = [chr(code) for code in range(0x1FFFF) if unicodedata.decimal(chr(code), None) == 0]
    digits = data.draw(st.lists(st.sampled_from(zeros), min_size=6, max_size=6))
    code = [chr(ord(zero) + int(digit)) for zero, digit in zip(digits, pyotp.TOTP(secret).at(T0), strict=True)]
    dressed = "".join(letter + data.draw(FILLINGS) for letter in code)
    assert matching_step(secret, dressed, T0) == int(T0.timestamp()) // 30


@pytest.mark.parametrize(
    "dress",
    [
        lambda token: f"\u00a0{token}\r\n",
        lambda token: token.replace("-", "\u2011"),
        lambda token: f"{token[:20]}\n{token[20:]}",
        lambda token: f"\u200e{token[:9]}\u200b{token[9:]}\u00ad",
        wide,
    ],
)
async def test_a_copied_token_opens_what_it_is_for(world: World, dress: Callable[[str], str]) -> None:
    platform = await world.platform()
    ada, omar = await world.user(platform), await world.user(platform, "Omar", "Haddad", invited=True)
    admin, ask = await world.client(await world.admin(platform)), await world.client()
    await do(admin, on_user("resendInvitation"), id=user_id(omar))
    invitation = await mailed_token(world, omar, MailKind.INVITATION)
    assert (await do(ask, ACCEPT, token=dress(invitation), password=NEW_PASSWORD))["session"]
    assert codes(await do(ask, RESET, token=dress(await requested_link(world, ada)), password=NEW_PASSWORD)) == []
    lena = await world.user(platform, "Lena", "Park")
    app = await with_mfa(world, lena)
    done = await do(ask, VERIFY, token=dress(await challenged(world, lena)), code=app.at(world.clock.now))
    assert done["session"]


@pytest.mark.parametrize("token", ["", "x" * 50_000, "\x00", "\ud800", "\u0301" * 15_000])
async def test_what_is_no_token_opens_nothing(world: World, token: str) -> None:
    ask = await world.client()
    assert codes(await do(ask, RESET, token=token, password=NEW_PASSWORD)) == ["INVALID_TOKEN"]
    assert codes(await do(ask, ACCEPT, token=token, password=NEW_PASSWORD)) == ["INVALID_TOKEN"]
    assert codes(await do(ask, VERIFY, token=token, code="123456")) == ["INVALID_TOKEN"]


async def test_the_case_of_a_token_counts(world: World) -> None:
    ada = await world.user(await world.platform())
    token = await requested_link(world, ada)
    done = await do(await world.client(), RESET, token=token.swapcase(), password=NEW_PASSWORD)
    assert codes(done) == ["INVALID_TOKEN"]
