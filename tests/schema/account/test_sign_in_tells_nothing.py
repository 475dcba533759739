"""What a sign-in costs and answers is the same for every cause of a refusal; what it may do besides."""

import asyncio
import threading
import time
import unicodedata

import pytest
from argon2 import PasswordHasher

from models.past_password import PastPassword
from models.session import Session
from models.user import User
from services.passwords import MEMORY_KIB, ROUNDS
from tests.conftest import StandingClock
from tests.reference_work import measured
from tests.schema.account.documents import (
    REQUEST_RESET,
    SIGN_IN,
    CountingHasher,
    codes,
    counting,
    do,
    mails,
    sign_in,
)
from tests.world import PASSWORD, World, password_hash

pytestmark = pytest.mark.anyio


async def test_five_causes_have_one_answer_and_each_costs_one_argon2_run(world: World, clock: StandingClock) -> None:
    hasher = counting(world)
    platform = await world.platform()
    await world.user(platform, email="wrong@example.org")
    await world.user(platform, email="locked@example.org", locked_at=clock.now, failed_sign_ins=5)
    await world.user(platform, email="disabled@example.org", disabled_at=clock.now)
    await world.user(platform, email="invited@example.org", invited=True)
    tries = [("wrong@example.org", "wrong"), ("unknown@example.org", PASSWORD)]
    tries += [(f"{who}@example.org", PASSWORD) for who in ("locked", "disabled", "invited")]
    answers, ask = [], await world.client()
    for done, (email, password) in enumerate(tries, start=1):
        response = await ask.post({"query": SIGN_IN, "variables": {"email": email, "password": password}})
        answers.append((response.status_code, response.content))
        assert hasher.runs == done
    assert len(set(answers)) == 1
    assert b'"field":null' in answers[0][1]
    assert len(hasher.checked) == 1
    assert await Session.all().count() == 0


async def test_a_reset_is_answered_alike_and_no_sooner_for_whom_nothing_is_sent(
    world: World, clock: StandingClock
) -> None:
    platform = await world.platform()
    ada = await world.user(platform, email="ada@example.org")
    dis = await world.user(platform, email="disabled@example.org", disabled_at=clock.now)
    ina = await world.user(platform, email="invited@example.org", invited=True)
    loc = await world.user(platform, email="locked@example.org", locked_at=clock.now, failed_sign_ins=5)
    answers, ask, now = set(), await world.client(), asyncio.get_running_loop().time
    addresses = [user.email for user in (ada, dis, ina, loc)] + ["nobody@example.org", "", "\x00", "\ud800", "é" * 9000]
    for email in addresses:
        begun = now()
        response = await ask.post({"query": REQUEST_RESET, "variables": {"email": email}})
        assert now() - begun >= 0.1
        answers.add((response.status_code, response.content))
    assert len(answers) == 1
    assert [await mails(user) for user in (ada, dis, ina, loc)] == [["password_reset"], [], [], ["password_reset"]]


@pytest.mark.parametrize("email", ["", "nobody", "a" * 1001, "\x00", "\ud800", "é" * 400, "%", "_@example.org"])
async def test_whatever_is_no_address_costs_as_much_as_an_unknown_one(world: World, email: str) -> None:
    await world.user(await world.platform(), email="a@example.org")
    hasher = counting(world)
    assert codes(await do(await world.client(), SIGN_IN, email=email, password=PASSWORD)) == ["INVALID_CREDENTIALS"]
    assert hasher.runs == 1


async def test_composed_and_decomposed_letters_are_one_password(world: World) -> None:
    composed = unicodedata.normalize("NFC", "crème brûlée à la carte")
    decomposed = unicodedata.normalize("NFD", composed)
    assert decomposed != composed
    ada = await world.user(await world.platform(), password_hash=await world.hasher.hash(composed))
    for typed in (composed, decomposed):
        assert (await sign_in(world, ada, typed))["session"]


async def test_the_last_of_128_letters_counts(world: World) -> None:
    password = "xy" * 63 + "!a"
    assert len(password) == 128
    ada = await world.user(await world.platform(), password_hash=await world.hasher.hash(password))
    assert codes(await sign_in(world, ada, password[:-1] + "b")) == ["INVALID_CREDENTIALS"]
    assert (await sign_in(world, ada, password))["session"]


async def test_a_password_of_thousands_of_marks_costs_no_more_than_any_other(world: World) -> None:
    hasher = counting(world)
    ada = await world.user(await world.platform())
    with measured(time.process_time) as signing_in:
        assert codes(await sign_in(world, ada, "a" + "\u0300\u0323" * 8_000)) == ["INVALID_CREDENTIALS"]
    assert signing_in.pieces < 200
    assert (hasher.runs, hasher.checked) == (1, [])


async def test_a_weaker_hash_is_replaced_at_sign_in_and_where_past_ones_are_kept_too(world: World) -> None:
    counting(world)  # hashes as a server does
    ada = await world.user(await world.platform(password_max_age_days=90))
    id = "00000000-0000-4000-8000-000000000001"
    await PastPassword.create(id=id, user_id=ada.id, password_hash=password_hash(), created_at=world.clock.now)
    assert (await sign_in(world, ada))["session"]
    stored = (await User.get(id=ada.id)).password_hash or ""
    assert stored.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={ROUNDS},p=1$")
    assert PasswordHasher().verify(stored, PASSWORD)
    assert [past.password_hash for past in await PastPassword.all()] == [stored]
    assert (await User.get(id=ada.id)).version == ada.version
    assert (await sign_in(world, ada))["session"]
    assert (await User.get(id=ada.id)).password_hash == stored


class HeldHasher(CountingHasher):
    """Does nothing until the test lets it."""

    def __init__(self) -> None:
        super().__init__(at_once=1, waiting=0)
        self.go = threading.Event()

    def _matches(self, stored: str, password: str) -> bool:
        self.go.wait(10)
        return super()._matches(stored, password)


async def test_where_too_many_wait_a_sign_in_is_put_off_and_does_not_count(world: World) -> None:
    world.hasher = hasher = HeldHasher()
    ada = await world.user(await world.platform())
    holding = asyncio.create_task(hasher.verify(None, "another's password"))
    await asyncio.sleep(0)
    done = await sign_in(world, ada)
    assert (codes(done), done["errors"][0]["retryAfter"]) == (["RATE_LIMITED"], 2)
    hasher.go.set()
    await holding
    assert (await User.get(id=ada.id)).failed_sign_ins == 0
    assert (await sign_in(world, ada))["session"]


async def test_a_second_credential_mutation_of_one_operation_is_not_heard(world: World) -> None:
    hasher = counting(world)
    ada = await world.user(await world.platform())
    guess = f'signIn(input: {{email: "{ada.email}", password: "%s"}}) {{ errors {{ code }} }}'
    aliases = " ".join(f"a{n}: {guess % f'guess number {n}'}" for n in range(5))
    answer = await (await world.client())(f"mutation {{ {aliases} }}")
    assert set(answer.codes) == {"QUERY_TOO_COMPLEX"}
    assert len(hasher.checked) <= 1
    assert (await User.get(id=ada.id)).failed_sign_ins <= 1
