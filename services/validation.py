"""Checking what a person types. Each check returns the normal form or raises Invalid with a sentence."""

import re
import unicodedata
from collections.abc import Callable
from typing import TypeVar
from zoneinfo import available_timezones

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from services.refusals import Invalid, Refusal

NAME_LENGTH = 100
REASON_LENGTH = 500
KEY_LENGTH = 255
TIMEZONES = available_timezones()
_UNPRINTABLE = {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

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
    """Trimmed, in NFC, not blank, on one line and without characters that cannot be seen."""
    if len(text) > 4 * longest:
        raise Invalid(f"{what} may have at most {longest} characters.")
    if any(unicodedata.category(letter) in _UNPRINTABLE for letter in text):
        raise Invalid(f"{what} may not contain line breaks or control characters.")
    text = unicodedata.normalize("NFC", _DIRECTION_MARKS.sub("", text)).strip()
    if not text:
        raise Invalid(f"{what} may not be blank.")
    if len(text) > longest:
        raise Invalid(f"{what} may have at most {longest} characters.")
    return text


def person_name(text: str) -> str:
    return one_line(text, longest=NAME_LENGTH, what="A name")


def reason(text: str) -> str:
    return one_line(text, longest=REASON_LENGTH, what="A reason")


def idempotency_key(text: str) -> str:
    return one_line(text, longest=KEY_LENGTH, what="An idempotency key")


def email_address(text: str) -> str:
    """Normalised: trimmed, domain in lower case. Whether mail arrives there only the invitation can tell."""
    try:
        return validate_email(text.strip(" "), check_deliverability=False).normalized
    except (EmailNotValidError, UnicodeError) as error:
        raise Invalid("This is not a valid e-mail address.") from error


def phone_number(text: str) -> str:
    """E.164. The number needs its country code: there is no country to assume."""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as error:
        raise Invalid("This is not a phone number with a country code, such as +14155550132.") from error
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise Invalid("This is not a phone number with a country code, such as +14155550132.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def time_zone(text: str) -> str:
    if text not in TIMEZONES:
        raise Invalid("This is not a time zone of the IANA database, such as Europe/Berlin.")
    return text
