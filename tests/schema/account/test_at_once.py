"""Many requests at once: what is counted is counted first, and what is single-use is used once."""

import asyncio
from typing import Any
from uuid import uuid4

import pyotp
import pytest

from models.mail import MailKind
from models.recovery_code import RecoveryCode
from models.session import Session
from models.user import User
from services.tokens import token_hash
from tests.conftest import StandingClock
from tests.schema.account.documents import (
    ACCEPT,
    BEGIN,
    CONFIRM,
    NEW_PASSWORD,
    REPLACE,
    RESET,
    SIGN_IN,
    VERIFY,
    CountingHasher,
    challenged,
    code_of,
    codes,
    counting,
    do,
    mailed_token,
    mails,
    requested_link,
    sign_in,
    with_mfa,
    wrong_code,
)
from tests.world import PASSWORD, World

pytestmark = pytest.mark.anyio


async def all_at_once(world: World, *requests: tuple[str, dict[str, str]]) -> list[Any]:
    ask = await world.client()
    return await asyncio.gather(*(do(ask, document, **variables) for document, variables in requests))


def tally(done: list[Any]) -> list[str]:
    return sorted("done" if not payload["errors"] else codes(payload)[0] for payload in done)


async def test_of_fifty_guesses_at_once_five_are_checked(world: World) -> None:
    hasher = counting(world)
    ada = await world.user(await world.platform(lockout_threshold=5))
    guesses = [(SIGN_IN, {"email": ada.email, "password": f"guess number {n} of fifty"}) for n in range(50)]
    done = await all_at_once(world, *guesses)
    assert tally(done) == ["INVALID_CREDENTIALS"] * 50
    assert (hasher.runs, len(hasher.checked)) == (50, 5)
    assert (await User.get(id=ada.id)).locked_at is not None
    assert await mails(ada) == ["account_locked"]
    assert await world.events() == ["user.locked"]


async def test_of_fifty_guesses_of_two_workers_five_are_checked(world: World, clock: StandingClock) -> None:
    hasher = counting(world)
    other = World(clock, vault=world.vault, hasher=CountingHasher())
    ada = await world.user(await world.platform())
    guesses = [(SIGN_IN, {"email": ada.email, "password": f"guess number {n} of fifty"}) for n in range(25)]
    await asyncio.gather(all_at_once(world, *guesses), all_at_once(other, *guesses))
    assert isinstance(other.hasher, CountingHasher)
    assert len(hasher.checked) + len(other.hasher.checked) == 5
    other.hasher.close()


async def test_the_right_password_five_times_at_once_locks_nobody(world: World) -> None:
    ada = await world.user(await world.platform(), password_hash=await world.hasher.hash(PASSWORD))
    done = await all_at_once(world, *[(SIGN_IN, {"email": ada.email, "password": PASSWORD})] * 5)
    assert tally(done) == ["done"] * 5
    fresh = await User.get(id=ada.id)
    assert (fresh.failed_sign_ins, fresh.locked_at) == (0, None)


async def test_four_sign_ins_at_once_with_an_outdated_hash_all_succeed(world: World) -> None:
    counting(world)  # hashes as a server does, for which the stored hash is too weak
    ada = await world.user(await world.platform())
    assert tally(await all_at_once(world, *[(SIGN_IN, {"email": ada.email, "password": PASSWORD})] * 4)) == ["done"] * 4


async def test_of_twenty_wrong_codes_at_once_five_are_checked(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(lockout_threshold=10))
    app = await with_mfa(world, ada)
    token = await challenged(world, ada)
    wrong = (VERIFY, {"token": token, "code": wrong_code(app, clock.now)})
    assert tally(await all_at_once(world, *[wrong] * 20)) == ["INVALID_CODE"] * 5 + ["INVALID_TOKEN"] * 15
    assert (await User.get(id=ada.id)).failed_sign_ins == 5


async def test_one_invitation_accepted_twice_at_once_makes_one_account(world: World, clock: StandingClock) -> None:
    platform = await world.platform()
    admin = await world.client(await world.admin(platform))
    role = (await admin("{ roles { id name } }")).data["roles"][0]["id"]
    added = await admin(
        """mutation ($roleId: ID!) { addUser(input: {firstName: "Ada", lastName: "Lovelace", roleId: $roleId,
        email: "ada@example.org"}) { errors { code } } }""",
        roleId=role,
    )
    assert added.data["addUser"]["errors"] == []
    ada = await User.get(email="ada@example.org")
    token = await mailed_token(world, ada, MailKind.INVITATION)
    accept = (ACCEPT, {"token": token, "password": NEW_PASSWORD})
    assert tally(await all_at_once(world, accept, accept)) == ["INVALID_TOKEN", "done"]
    assert await Session.filter(user_id=ada.id).count() == 1


async def test_one_reset_link_used_twice_at_once_sets_one_password(world: World) -> None:
    ada = await world.user(await world.platform())
    token = await requested_link(world, ada)
    uses = [(RESET, {"token": token, "password": f"{word} wholly different words"}) for word in ("one", "two")]
    done = await all_at_once(world, *uses)
    assert tally(done) == ["INVALID_TOKEN", "done"]
    [winner] = [password["password"] for (_, password), payload in zip(uses, done, strict=True) if not codes(payload)]
    assert (await sign_in(world, ada, winner))["session"]
    assert (await mails(ada)).count("password_changed") == 1


async def test_one_code_of_the_app_used_by_two_sign_ins_at_once_serves_one(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    app = await with_mfa(world, ada)
    tokens = [await challenged(world, ada) for _ in range(2)]
    uses = [(VERIFY, {"token": token, "code": app.at(clock.now)}) for token in tokens]
    assert tally(await all_at_once(world, *uses)) == ["INVALID_CODE", "done"]


async def test_one_recovery_code_used_by_two_sign_ins_at_once_serves_one(world: World) -> None:
    ada = await world.user(await world.platform())
    await with_mfa(world, ada)
    await RecoveryCode.create(id=uuid4(), user_id=ada.id, code_hash=token_hash("abcdefgh"))
    tokens = [await challenged(world, ada) for _ in range(2)]
    done = await all_at_once(world, *[(VERIFY, {"token": token, "code": "abcd-efgh"}) for token in tokens])
    assert tally(done) == ["INVALID_CODE", "done"]
    assert await mails(ada) == ["recovery_code_used"]


async def test_two_recovery_codes_at_two_sign_ins_at_once_both_serve(world: World) -> None:
    ada = await world.user(await world.platform())
    await with_mfa(world, ada)
    for code in ("abcdefgh", "jkmnpqrs"):
        await RecoveryCode.create(id=uuid4(), user_id=ada.id, code_hash=token_hash(code))
    tokens = [await challenged(world, ada) for _ in range(2)]
    uses = zip(tokens, ("abcdefgh", "jkmnpqrs"), strict=True)
    done = await all_at_once(world, *[(VERIFY, {"token": token, "code": code}) for token, code in uses])
    assert tally(done) == ["done", "done"]


async def test_one_challenge_answered_with_two_right_codes_at_once_serves_one(
    world: World, clock: StandingClock
) -> None:
    ada = await world.user(await world.platform())
    app = await with_mfa(world, ada)
    token = await challenged(world, ada)
    answers = [(VERIFY, {"token": token, "code": code_of(app, clock.now, step)}) for step in (0, 1)]
    assert tally(await all_at_once(world, *answers)) in (["INVALID_TOKEN", "done"], ["INVALID_CODE", "done"])
    assert await Session.filter(user_id=ada.id).count() == 1


async def test_one_password_challenge_answered_twice_at_once_sets_one_password(
    world: World, clock: StandingClock
) -> None:
    ada = await world.user(await world.platform(password_max_age_days=1))
    clock.advance(days=1)
    token = await challenged(world, ada, "PASSWORD_CHANGE")
    uses = [(REPLACE, {"token": token, "password": f"{word} wholly different words"}) for word in ("one", "two")]
    assert tally(await all_at_once(world, *uses)) == ["INVALID_TOKEN", "done"]


async def test_one_enrolment_confirmed_twice_at_once_makes_one_set_of_codes(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(mfa_required=True))
    token = await challenged(world, ada, "MFA_ENROLLMENT")
    secret = (await do(await world.client(), BEGIN, token=token))["secret"]
    confirm = (CONFIRM, {"token": token, "code": pyotp.TOTP(secret).at(clock.now)})
    assert tally(await all_at_once(world, confirm, confirm))[1] == "done"
    assert await RecoveryCode.filter(user_id=ada.id).count() == 10
    assert await Session.filter(user_id=ada.id).count() == 1
