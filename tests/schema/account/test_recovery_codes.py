"""Recovery codes: ten, 80 bits each, single use; a new set kills the old one."""

import re

import pyotp
import pytest

from models.mail import Mail
from models.recovery_code import RecoveryCode
from services.tokens import token_hash
from tests.conftest import StandingClock
from tests.schema.account.documents import (
    BEGIN,
    CONFIRM,
    REGENERATE,
    VERIFY,
    challenged,
    codes,
    do,
    mails,
)
from tests.world import PASSWORD, Client, World

pytestmark = pytest.mark.anyio
LEFT = "{ viewer { mfa { recoveryCodesLeft } } }"


async def enrolled(world: World, clock: StandingClock, ask: Client) -> list[str]:
    app = pyotp.TOTP((await do(ask, BEGIN))["secret"])
    found: list[str] = (await do(ask, CONFIRM, code=app.at(clock.now)))["recoveryCodes"]
    return found


async def test_ten_different_codes_of_80_bits_of_which_only_hashes_are_kept(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    shown = await enrolled(world, clock, await world.client(ada))
    assert len(set(shown)) == 10
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    assert len(letters) == 2**5
    assert all(re.fullmatch(f"[{letters}]{{4}}(-[{letters}]{{4}}){{3}}", code) for code in shown)
    stored = {row.code_hash for row in await RecoveryCode.filter(user_id=ada.id)}
    assert stored == {token_hash(code.replace("-", "")) for code in shown}


async def test_a_code_signs_in_once_and_its_owner_is_told_how_many_are_left(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    owner = await world.client(ada)
    shown = await enrolled(world, clock, owner)
    ask = await world.client()
    typed = f" {shown[0].replace('-', ' ').upper()} "
    assert (await do(ask, VERIFY, token=await challenged(world, ada), code=typed))["session"]
    assert (await owner(LEFT)).data["viewer"]["mfa"]["recoveryCodesLeft"] == 9
    assert await mails(ada) == ["mfa_enabled", "recovery_code_used"]
    assert (await Mail.get(kind="recovery_code_used")).facts["left"] == "9"
    assert "user.recovery_code_used" in await world.events()
    token = await challenged(world, ada)
    assert codes(await do(ask, VERIFY, token=token, code=shown[0])) == ["INVALID_CODE"]
    assert (await do(ask, VERIFY, token=token, code=shown[1].replace("-", "")))["session"]


async def test_a_new_set_kills_the_old_one_and_needs_the_password(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    owner = await world.client(ada)
    old = await enrolled(world, clock, owner)
    refused = await do(owner, REGENERATE, password="not the password")
    assert (codes(refused), refused["recoveryCodes"]) == (["INVALID_CREDENTIALS"], None)
    assert (await RecoveryCode.filter(code_hash=token_hash(old[0].replace("-", "")))) != []
    new = (await do(owner, REGENERATE, password=PASSWORD))["recoveryCodes"]
    assert len(set(new) - set(old)) == 10
    ask, token = await world.client(), await challenged(world, ada)
    assert codes(await do(ask, VERIFY, token=token, code=old[0])) == ["INVALID_CODE"]
    assert (await do(ask, VERIFY, token=token, code=new[0]))["session"]


async def test_without_mfa_there_are_no_codes(world: World) -> None:
    ada = await world.user(await world.platform())
    done = await do(await world.client(ada), REGENERATE, password=PASSWORD)
    assert (codes(done), done["recoveryCodes"]) == (["NOT_ACTIVE"], None)


async def test_a_code_serves_its_owner_only(world: World, clock: StandingClock) -> None:
    platform = await world.platform()
    ada, bob = await world.user(platform), await world.user(platform, "Bob", "Babbage")
    shown = await enrolled(world, clock, await world.client(ada))
    await enrolled(world, clock, await world.client(bob))
    done = await do(await world.client(), VERIFY, token=await challenged(world, bob), code=shown[0])
    assert codes(done) == ["INVALID_CODE"]
    assert await RecoveryCode.filter(user_id=ada.id).count() == 10
