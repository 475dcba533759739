"""Counting guesses by address of origin."""

from typing import Any

import pytest

from models.origin_failure import OriginFailure
from models.unavailable import DatabaseUnavailable
from services.actor import Origin
from services.origin_limits import OriginLimit
from services.refusals import (
    Denial,
    InvalidCode,
    InvalidCredentials,
    InvalidToken,
    PasswordRejected,
    RateLimited,
    Refusal,
)
from tests.conftest import StandingClock

pytestmark = pytest.mark.anyio
LIMIT = OriginLimit(failures=2)


async def fail(clock: StandingClock, address: str | None, refusal: Exception | None = None) -> None:
    with pytest.raises((Refusal, ZeroDivisionError)):
        async with LIMIT.counting(Origin(ip_address=address), clock.now):
            raise refusal or InvalidCredentials(denial=Denial.WRONG)


@pytest.mark.parametrize(
    "wrong", [InvalidCredentials(denial=Denial.WRONG), InvalidCode(denial=Denial.LOCKED), InvalidToken()]
)
async def test_wrong_guesses_count(database: str, clock: StandingClock, wrong: Exception) -> None:
    await fail(clock, "192.0.2.1", wrong)
    assert await OriginFailure.filter(ip_address="192.0.2.1", at=clock.now).count() == 1


@pytest.mark.parametrize("other", [PasswordRejected(), RateLimited(retry_after=1), ZeroDivisionError()])
async def test_nothing_else_counts(database: str, clock: StandingClock, other: Exception) -> None:
    await fail(clock, "192.0.2.1", other)
    async with LIMIT.counting(Origin(ip_address="192.0.2.1"), clock.now):
        pass
    assert await OriginFailure.all().count() == 0


async def test_addresses_are_counted_apart_but_those_of_one_ipv6_customer_together(
    database: str, clock: StandingClock
) -> None:
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:1:ffff::2"):
        await fail(clock, address)
    async with LIMIT.counting(Origin(ip_address="192.0.2.1"), clock.now):
        pass
    async with LIMIT.counting(Origin(ip_address="2001:db8:0:2::1"), clock.now):
        pass
    with pytest.raises(RateLimited):
        async with LIMIT.counting(Origin(ip_address="2001:db8:0:1::3"), clock.now):
            pass


async def test_the_wait_is_until_the_oldest_that_counts_is_old_enough(database: str, clock: StandingClock) -> None:
    for _ in range(2):
        await fail(clock, "192.0.2.1")
        clock.advance(minutes=5)
    with pytest.raises(RateLimited) as refusal:
        async with LIMIT.counting(Origin(ip_address="192.0.2.1"), clock.now):
            pass
    assert refusal.value.retry_after == 300
    clock.advance(seconds=300)
    await fail(clock, "192.0.2.1")


@pytest.mark.parametrize(("failures", "address"), [(0, "192.0.2.1"), (2, None)])
async def test_zero_switches_the_limit_off_and_an_unknown_origin_has_none(
    database: str, clock: StandingClock, failures: int, address: str | None
) -> None:
    for _ in range(4):
        with pytest.raises(InvalidCredentials):
            async with OriginLimit(failures).counting(Origin(ip_address=address), clock.now):
                raise InvalidCredentials(denial=Denial.WRONG)
    assert await OriginFailure.all().count() == 0


class Busy:
    """Rows of a database that takes no changes just now."""

    def __getattr__(self, name: str) -> Any:
        async def refuse(**_: Any) -> None:
            raise DatabaseUnavailable("busy")

        return refuse


async def test_what_was_guessed_right_stays_right_where_the_database_is_busy_afterwards(
    database: str, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with LIMIT.counting(Origin(ip_address="192.0.2.1"), clock.now):
        monkeypatch.setattr(OriginFailure, "filter", lambda **_: Busy())
    monkeypatch.undo()
    assert await OriginFailure.filter(ip_address="192.0.2.1").count() == 1
