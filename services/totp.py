"""Time-based one-time passwords as RFC 6238 has them: SHA-1, six digits, thirty seconds, one step of drift."""

import hmac
from datetime import datetime
from urllib.parse import quote

import pyotp
import regex

from models.text import clean_code, clean_text

STEP_SECONDS = 30
DRIFT_STEPS = 1
SECRET_LETTERS = 32
"""Of Base32: 160 bits."""
ISSUER_OCTETS = 200
"""In UTF-8; percent-encoded it takes three times as many, and stands in the URI twice."""
_COLONS = regex.compile("[:\ufe13\ufe55\uff1a]")
"""With those that become a colon in compatibility forms."""
_CHARACTER = regex.compile(r"\X")


def new_secret() -> str:
    return pyotp.random_base32(SECRET_LETTERS)


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """`otpauth://totp/…`, for a QR code, as the Key URI format has it.

    Neither part of the label may have a colon, so spaces take the place of the issuer's. An address of the longest
    form with the longest issuer fits into a QR code of error correction M (2331 octets).
    """
    issuer = quote(_shortened(clean_text(_COLONS.sub(" ", issuer))), safe="")
    label = f"{issuer}:{quote(account, safe='')}" if issuer else quote(account, safe="")
    query = f"secret={secret}&issuer={issuer}" if issuer else f"secret={secret}"
    return f"otpauth://totp/{label}?{query}"


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, within the drift; None for any other code."""
    digits = clean_code(code)
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 6):
        return None
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    steps = range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)), None)


def _shortened(issuer: str) -> str:
    """The whole characters, as readers see them, that fit into ISSUER_OCTETS."""
    kept = ""
    for character in _CHARACTER.findall(issuer):
        if len((kept + character).encode()) > ISSUER_OCTETS:
            break
        kept += character
    return kept.rstrip() or issuer[: ISSUER_OCTETS // 4]
