"""Guessing from one address: a hundred failures over all accounts and workers, then silence for a while."""

import asyncio

import pytest

from models.origin_failure import OriginFailure
from tests.conftest import StandingClock
from tests.schema.account.documents import (
    ACCEPT,
    BEGIN,
    CHANGE,
    NEW_PASSWORD,
    REQUEST_RESET,
    RESET,
    SIGN_IN,
    VERIFY,
    codes,
    counting,
    do,
    sign_in,
)
from tests.world import PASSWORD, World

pytestmark = pytest.mark.anyio


async def failed_before(clock: StandingClock, count: int, address: str = "127.0.0.1") -> None:
    for _ in range(count):
        await OriginFailure.create(ip_address=address, at=clock.now)


async def test_after_a_hundred_failures_over_many_accounts_nothing_is_heard(world: World, clock: StandingClock) -> None:
    hasher = counting(world)
    ada = await world.user(await world.platform())
    await failed_before(clock, 99)
    clock.advance(minutes=5)
    ask = await world.client()
    assert codes(await do(ask, SIGN_IN, email="nobody@example.org", password="x")) == ["INVALID_CREDENTIALS"]
    done = await sign_in(world, ada)
    assert (codes(done), done["errors"][0]["retryAfter"]) == (["RATE_LIMITED"], 600)
    assert hasher.runs == 1
    for document, variables in [
        (VERIFY, {"token": "x", "code": "1"}),
        (ACCEPT, {"token": "x", "password": NEW_PASSWORD}),
        (RESET, {"token": "x", "password": NEW_PASSWORD}),
        (BEGIN, {"token": "x"}),
        (REQUEST_RESET, {"email": ada.email}),
    ]:
        assert codes(await do(ask, document, **variables)) == ["RATE_LIMITED"]
    assert await OriginFailure.all().count() == 100


async def test_failures_leave_the_count_after_fifteen_minutes_each(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    await failed_before(clock, 100)
    clock.advance(minutes=15, seconds=-1)
    done = await sign_in(world, ada)
    assert done["errors"][0]["retryAfter"] == 1
    clock.advance(seconds=1)
    assert (await sign_in(world, ada))["session"]


async def test_all_workers_agree_and_a_restart_forgets_nothing(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    await failed_before(clock, 100)
    other = World(clock, vault=world.vault)
    assert codes(await sign_in(other, ada)) == ["RATE_LIMITED"]
    other.hasher.close()


async def test_of_twenty_guesses_at_once_no_more_are_made_than_are_left(world: World, clock: StandingClock) -> None:
    hasher = counting(world)
    await failed_before(clock, 95)
    ask = await world.client()
    guesses = [do(ask, SIGN_IN, email=f"user{n}@example.org", password="x") for n in range(20)]
    done = await asyncio.gather(*guesses)
    assert hasher.runs <= 5
    assert {codes(payload)[0] for payload in done} <= {"INVALID_CREDENTIALS", "RATE_LIMITED"}
    assert await OriginFailure.all().count() == 95 + hasher.runs


async def test_what_is_right_or_only_refused_for_its_form_does_not_count(world: World) -> None:
    ada = await world.user(await world.platform())
    assert (await sign_in(world, ada))["session"]
    ask = await world.client(ada)
    assert codes(await do(ask, CHANGE, old=PASSWORD, new="short")) == ["PASSWORD_REJECTED"]
    assert await do(ask, REQUEST_RESET, email="nobody@example.org") == {"errors": []}
    assert (await (await world.client())(CHANGE, old="x", new="y")).codes == ["UNAUTHENTICATED"]
    assert await OriginFailure.all().count() == 0
    assert codes(await do(ask, CHANGE, old="x", new=NEW_PASSWORD)) == ["INVALID_CREDENTIALS"]
    assert await OriginFailure.all().count() == 1
