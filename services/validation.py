"""Checking what a person types. Each check returns the normal form or raises Invalid with a sentence."""

from collections.abc import Callable
from typing import TypeVar
from zoneinfo import available_timezones

from models.text import (
    MAX_MARKS,
    clean_text,
    has_long_run_of_marks,
    has_unprintable_character,
    has_visible_character,
)
from services.refusals import Invalid, Refusal

NAME_LENGTH = 100
REASON_LENGTH = 500
KEY_LENGTH = 255
TIMEZONES = available_timezones() - {"Factory", "localtime"}
"""Without the two names that mean whatever a machine is set to."""

Value = TypeVar("Value")
Checked = TypeVar("Checked")


class Faults:
    """Collects the faults of several fields, so that they come back together."""

    def __init__(self) -> None:
        self._found: list[Refusal] = []

    def check(self, field: str, check: Callable[[Value], Checked], value: Value) -> Checked | None:
        """The checked value, or None after noting why it is refused."""
        try:
            return check(value)
        except Refusal as fault:
            fault.field = field
            self._found.append(fault)
            return None

    def add(self, fault: Refusal) -> None:
        self._found.append(fault)

    def raise_any(self) -> None:
        if self._found:
            raise ExceptionGroup("faults of the input", self._found)


def one_line(text: str, *, longest: int, what: str) -> str:
    """The cleaned text of one line. Raises Invalid where it is blank, too long or has characters that cannot be shown.

    The length is bounded before anything is normalized: four code points for each that is allowed.
    """
    if len(text) > 4 * longest:
        raise Invalid(f"{what} may have at most {longest} characters.")
    text = clean_text(text)
    if has_unprintable_character(text):
        raise Invalid(f"{what} may not contain line breaks or control characters.")
    if has_long_run_of_marks(text):
        raise Invalid(f"{what} may not have more than {MAX_MARKS} combining marks in a row.")
    if not has_visible_character(text, punctuation=True):
        raise Invalid(f"{what} may not be blank.")
    if len(text) > longest:
        raise Invalid(f"{what} may have at most {longest} characters.")
    return text


def name(text: str) -> str:
    """Of a person, a role or a platform: one line in which at least one letter, digit or symbol shows."""
    text = one_line(text, longest=NAME_LENGTH, what="A name")
    if not has_visible_character(text):
        raise Invalid("A name needs at least one letter, digit or symbol.")
    return text


def reason(text: str) -> str | None:
    """None where nothing was typed."""
    return one_line(text, longest=REASON_LENGTH, what="A reason") if clean_text(text) else None


def description(text: str) -> str:
    """Empty where nothing was typed."""
    return one_line(text, longest=REASON_LENGTH, what="A description") if clean_text(text) else ""


def idempotency_key(text: str) -> str:
    return one_line(text, longest=KEY_LENGTH, what="An idempotency key")


def time_zone(text: str) -> str:
    """The name in the IANA database."""
    zone = clean_text(text)
    if zone not in TIMEZONES:
        raise Invalid("This is not a time zone of the IANA database, such as Europe/Berlin.")
    return zone
