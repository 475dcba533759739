"""Checking phone numbers: E.164 of a typed number, or the reason why it is refused."""

import phonenumbers
import regex
from phonenumbers import NumberParseException, ValidationResult

from models.text import clean_text, has_unprintable_character, in_ascii
from services.refusals import Invalid

E164_LENGTH = 16
"""A plus sign and at most 15 digits."""
MOST_TYPED_DIGITS = 16
"""One more than E.164 has: many write the `(0)` that is dialled inside the country."""
MAX_LENGTH = 200
"""Code points as typed."""

_EXAMPLE = "+14155550132"
_PLUS_SIGNS = regex.compile("[\ufe62\u207a\u208a\u2795]")
_SEPARATORS = regex.compile(
    r"[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Dash}\u2043\u2796\u30fc\uff70()./\u00b7\u30fb]+"
)
_EXTENSION = regex.compile(r"\+?\d+(;?ext|x|#|,|;|durchwahl|poste)[=:]?\d+", regex.IGNORECASE)
_UNKNOWN_CODE = "No country has the code with which this phone number begins."
_TOO_MANY, _TOO_FEW = "This phone number has too many digits.", "This phone number has too few digits."
_PARSING: dict[int, str] = {
    NumberParseException.INVALID_COUNTRY_CODE: _UNKNOWN_CODE,
    NumberParseException.TOO_LONG: _TOO_MANY,
}
_POSSIBLE: dict[int, str] = {
    ValidationResult.TOO_SHORT: _TOO_FEW,
    ValidationResult.TOO_LONG: _TOO_MANY,
    ValidationResult.INVALID_LENGTH: "No phone number of this country has so many digits.",
    ValidationResult.INVALID_COUNTRY_CODE: _UNKNOWN_CODE,
}


def phone_number(text: str) -> str:
    """E.164. Raises Invalid with the cause and what to do.

    The number needs its country code: there is no country to assume. White space, dashes, dots, slashes and
    parentheses are left out; the digits of every script count.
    """
    if len(text) > MAX_LENGTH:
        raise Invalid(_TOO_MANY)
    typed = in_ascii(clean_text(text))
    if has_unprintable_character(typed):
        raise Invalid("A phone number may not contain line breaks or control characters.")
    compact = _SEPARATORS.sub("", _PLUS_SIGNS.sub("+", typed))
    if fault := _fault_of(compact):
        raise Invalid(fault)
    return _e164(compact)


def _fault_of(compact: str) -> str | None:
    """What keeps this from being a plus sign with digits; None: nothing does."""
    if not compact:
        return "A phone number may not be blank."
    if compact.count("+") > 1:
        return "Enter one phone number, not several."
    if _EXTENSION.fullmatch(compact):
        return "Leave the extension out; only the number itself is kept."
    if compact.startswith("00") and compact.isdigit():
        return f"Begin the country code with + instead of 00, as in {_EXAMPLE}."
    if compact.isdigit():
        return f"A phone number needs its country code: begin with + and the code, as in {_EXAMPLE}."
    if not (compact.startswith("+") and compact[1:].isdigit()):
        return f"A phone number has a + and digits only, as in {_EXAMPLE}; spaces and - . / ( ) may separate them."
    return _TOO_MANY if len(compact) > MOST_TYPED_DIGITS + 1 else None


def _e164(compact: str) -> str:
    """The normal form of a plus sign with digits. Raises Invalid."""
    try:
        number = phonenumbers.parse(compact)
    except NumberParseException as error:
        raise Invalid(_PARSING.get(error.error_type, _TOO_FEW)) from error
    normal = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if not phonenumbers.is_possible_number(number):
        raise Invalid(_POSSIBLE[phonenumbers.is_possible_number_with_reason(number)])
    if len(normal) > E164_LENGTH:
        raise Invalid(_TOO_MANY)
    return normal
