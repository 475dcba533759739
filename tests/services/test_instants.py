"""Instants are date-time of RFC 3339, 5.6; digits that are not stored neither lose nor gain a row."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.instants import BadInstant, BetweenMicroseconds, first_not_before, instant_of, whole_microsecond
from services.user_query import Span

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WRITTEN, NO_TIME = "An instant is written as in RFC 3339: 2026-11-22T12:00:00Z.", "There is no such date or time as "
BEYOND = "An instant must lie in the years 0001 to 9999, in UTC."
LEAP = "A leap second is 23:59:60 in UTC on the last day of a month."
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22t12:00:00z", NOON),
        ("2026-11-22T12:00:00+00:00", NOON),
        ("2026-11-22T12:00:00-00:00", NOON),
        ("2026-11-22T17:30:00+05:30", NOON),
        ("2026-11-21T12:01:00-23:59", NOON),
        ("2026-11-22T12:00:00.5Z", NOON + timedelta(seconds=0.5)),
        ("2026-11-22T12:00:00.000001Z", NOON + TICK),
        ("2026-11-22T12:00:00.000001000000Z", NOON + TICK),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime.min.replace(tzinfo=UTC)),
        ("0001-01-01T00:00:00-23:59", datetime(1, 1, 1, 23, 59, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime.max.replace(tzinfo=UTC)),
        ("1990-12-31T23:59:60Z", datetime(1991, 1, 1, tzinfo=UTC)),
        ("1990-12-31T15:59:60.25-08:00", datetime(1991, 1, 1, microsecond=250_000, tzinfo=UTC)),
        ("2016-07-01T05:29:60+05:30", datetime(2016, 7, 1, tzinfo=UTC)),
    ],
)
def test_what_rfc_3339_writes_is_an_instant_in_utc(text: str, instant: datetime) -> None:
    found = instant_of(text)
    assert (found, type(found), found.utcoffset()) == (instant, datetime, timedelta())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-W47-7T12:00:00Z", WRITTEN),
        ("2026-326T12:00:00Z", WRITTEN),
        ("20261122T120000Z", WRITTEN),
        ("2026-11-22T12Z", WRITTEN),
        ("2026-11-22T12:00Z", WRITTEN),
        ("2026-11-22T120000Z", WRITTEN),
        ("2026-11-22 12:00:00Z", WRITTEN),
        ("2026-11-22_12:00:00Z", WRITTEN),
        ("2026-11-22", WRITTEN),
        ("2026-11-22T12:00:00,5Z", WRITTEN),
        ("2026-11-22T12:00:00.Z", WRITTEN),
        ("2026-11-22T12:00:00+02", WRITTEN),
        ("2026-11-22T12:00:00+0200", WRITTEN),
        ("2026-11-22T12:00:00+02:00:00", WRITTEN),
        ("2026-11-22T12:00:00+24:00", WRITTEN),
        ("2026-11-22T12:00:00+05:60", WRITTEN),
        ("2026-11-22T12:00:00 Z", WRITTEN),
        (" 2026-11-22T12:00:00Z", WRITTEN),
        ("2026-11-22T12:00:00Z\n", WRITTEN),
        ("2026-11-22T12:00:0\u0665Z", WRITTEN),
        ("+12026-11-22T12:00:00Z", WRITTEN),
        ("1795348800", WRITTEN),
        ("", WRITTEN),
        ("2026-11-22T12:00:00", "An instant needs an offset from UTC: 2026-11-22T12:00:00Z."),
        ("2026-11-22T24:00:00Z", f"{NO_TIME}2026-11-22T24:00:00Z."),
        ("2026-11-22T12:60:00Z", f"{NO_TIME}2026-11-22T12:60:00Z."),
        ("2026-11-22T12:00:61Z", f"{NO_TIME}2026-11-22T12:00:61Z."),
        ("2026-02-29T12:00:00Z", f"{NO_TIME}2026-02-29T12:00:00Z."),
        ("2026-13-01T12:00:00Z", f"{NO_TIME}2026-13-01T12:00:00Z."),
        ("2026-11-22T12:00:60Z", LEAP),
        ("2026-11-22T23:59:60Z", LEAP),
        ("2026-12-31T23:59:60+01:00", LEAP),
        ("0000-01-01T00:00:00Z", BEYOND),
        ("0001-01-01T00:00:00+00:01", BEYOND),
        ("9999-12-31T23:59:59-00:01", BEYOND),
        ("9999-12-31T23:59:60Z", BEYOND),
        ("9999-12-31T23:59:59.9999991Z", BEYOND),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(BadInstant) as refused:
        instant_of(text)
    assert str(refused.value) == message


@given(st.integers(0, 59), st.text("0123456789", min_size=1, max_size=12), st.integers(-2, 2))
def test_a_bound_of_any_number_of_digits_has_the_same_microseconds_on_either_side(
    second: int, digits: str, distance: int
) -> None:
    """Compared with exact fractions of a second, of which microseconds are stored."""
    exact = second + Fraction(int(digits), 10 ** len(digits))
    bound = instant_of(f"2026-11-22T12:00:{second:02}.{digits}Z")
    row = NOON + timedelta(microseconds=int(exact * 10**6) + distance)
    of_row = Fraction((row - NOON) // TICK, 10**6)
    span = Span(before=bound, after=bound)
    assert span.before is not None and span.after is not None
    assert (row < span.before, row > span.after) == (of_row < exact, of_row > exact)
    assert type(span.before) is type(span.after) is datetime


def test_an_instant_between_two_microseconds_is_neither() -> None:
    bound = instant_of("2026-11-22T12:00:00.0000001Z")
    assert isinstance(bound, BetweenMicroseconds)
    assert (whole_microsecond(bound), first_not_before(bound)) == (NOON, NOON + TICK)
    assert (whole_microsecond(NOON), first_not_before(NOON)) == (NOON, NOON)
