"""Instants as text: date-time of RFC 3339, 5.6, and nothing else."""

import re
from datetime import UTC, datetime, timedelta

WRITTEN = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:)([0-9]{2})(?:\.([0-9]+))?"
    r"([Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?"
)
"""Date, hour and minute, second, fraction, offset. Without an offset it is no instant."""
SECOND, MICROSECOND, DIGITS = timedelta(seconds=1), timedelta(microseconds=1), 6


class BadInstant(ValueError):
    """The text is no instant, or one that cannot be stored; the message is a sentence."""


class BetweenMicroseconds(datetime):
    """An instant later than this microsecond and earlier than the next: its fraction has digits that are not stored."""


def instant_of(text: str) -> datetime:
    """In UTC; a BetweenMicroseconds where digits beyond the sixth are not zero. Raises BadInstant."""
    match = WRITTEN.fullmatch(text)
    if match is None:
        raise BadInstant("An instant is written as in RFC 3339: 2026-11-22T12:00:00Z.")
    date, minute, second, fraction, offset = match.groups(default="")
    if not offset:
        raise BadInstant("An instant needs an offset from UTC: 2026-11-22T12:00:00Z.")
    leaps = second == "60"
    micros = fraction[:DIGITS].ljust(DIGITS, "0")
    if date.startswith("0000"):
        raise _beyond()
    try:
        value = datetime.fromisoformat(f"{date}T{minute}{'59' if leaps else second}.{micros}{offset.upper()}")
    except ValueError:
        raise BadInstant(f"There is no such date or time as {text[:30]}.") from None
    return _exact(value, leaps=leaps, more=bool(fraction[DIGITS:].strip("0")))


def first_not_before(instant: datetime) -> datetime:
    """The first microsecond that is not before the instant."""
    return whole_microsecond(instant) + (MICROSECOND if isinstance(instant, BetweenMicroseconds) else timedelta())


def whole_microsecond(instant: datetime) -> datetime:
    """The last microsecond that is not after the instant."""
    return datetime.combine(instant.date(), instant.timetz())


def _exact(value: datetime, *, leaps: bool, more: bool) -> datetime:
    """In UTC. A leap second is the first second of the next day, as in POSIX time, which has none (RFC 3339, 5.7)."""
    try:
        value = value.astimezone(UTC)
        if leaps:
            value += SECOND
        if more:
            value + MICROSECOND  # must exist, too, to be compared with
    except OverflowError:
        raise _beyond() from None
    if leaps and (value.day, value.hour, value.minute, value.second) != (1, 0, 0, 0):
        raise BadInstant("A leap second is 23:59:60 in UTC on the last day of a month.")
    return BetweenMicroseconds.combine(value.date(), value.timetz()) if more else value


def _beyond() -> BadInstant:
    return BadInstant("An instant must lie in the years 0001 to 9999, in UTC.")
