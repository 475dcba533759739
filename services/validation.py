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
PHONE_LENGTH = 16
"""E.164: a plus sign and at most 15 digits."""
TIMEZONES = available_timezones() - {"Factory", "localtime"}
"""Without the two names that mean whatever a machine is set to."""
_UNPRINTABLE = {"Cc", "Cs", "Co", "Zl", "Zp"}
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Direction marks and the like; not the two joiners, with which names of several scripts are spelled."""
_BLANK = re.compile(r"[\s\u034f\u115f\u1160\u17b4\u17b5\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0]*")
"""What shows nothing by itself: spaces, joiners, fillers and variation selectors."""
_NO_PHONE = "This is not a phone number with a country code, such as +14155550132."
_PHONE = re.compile(r"[+\uff0b][\d \u00a0\u2009\u202f().\u2010-\u2015/-]*")

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
    if any(_unprintable(letter) for letter in text):
        raise Invalid(f"{what} may not contain line breaks or control characters.")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).strip()
    if _BLANK.fullmatch(text):
        raise Invalid(f"{what} may not be blank.")
    if len(text) > longest:
        raise Invalid(f"{what} may have at most {longest} characters.")
    return text


def _unprintable(letter: str) -> bool:
    """Also the code points that are no characters in any version of Unicode (The Unicode Standard, 23.7)."""
    point = ord(letter)
    return unicodedata.category(letter) in _UNPRINTABLE or point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def person_name(text: str) -> str:
    return one_line(text, longest=NAME_LENGTH, what="A name")


def reason(text: str) -> str:
    return one_line(text, longest=REASON_LENGTH, what="A reason")


def description(text: str) -> str:
    """May be empty, unlike everything else that is typed."""
    return one_line(text, longest=REASON_LENGTH, what="A description") if text.strip() else ""


def idempotency_key(text: str) -> str:
    return one_line(text, longest=KEY_LENGTH, what="An idempotency key")


def email_address(text: str) -> str:
    """Normalised: trimmed, domain in lower case. Whether mail arrives there only the invitation can tell.

    Strict: at most 64 characters before the @ (RFC 5321, 4.5.3.1.1).
    """
    try:
        return validate_email(text.strip(" "), check_deliverability=False, strict=True).normalized
    except (EmailNotValidError, UnicodeError) as error:
        raise Invalid("This is not a valid e-mail address.") from error


def phone_number(text: str) -> str:
    """E.164. The number needs its country code: there is no country to assume."""
    text = _INVISIBLE.sub("", text).strip(" ")
    try:
        number = phonenumbers.parse(text if _PHONE.fullmatch(text) else "")
    except phonenumbers.NumberParseException as error:
        raise Invalid(_NO_PHONE) from error
    normal = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    typed = sum(letter.isdecimal() for letter in text)
    if not phonenumbers.is_possible_number(number) or typed > PHONE_LENGTH or len(normal) > PHONE_LENGTH:
        raise Invalid(_NO_PHONE)
    return normal


def time_zone(text: str) -> str:
    if text not in TIMEZONES:
        raise Invalid("This is not a time zone of the IANA database, such as Europe/Berlin.")
    return text
