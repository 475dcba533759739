"""Time-based one-time passwords as RFC 6238 has them: SHA-1, six digits, thirty seconds, one step of drift."""

import hmac
import re
from datetime import datetime

import pyotp

STEP_SECONDS = 30
DRIFT_STEPS = 1
SECRET_LETTERS = 32
"""Of Base32: 160 bits."""


def new_secret() -> str:
    return pyotp.random_base32(SECRET_LETTERS)


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """`otpauth://totp/…`, for a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, within the drift; None for any other code."""
    digits = re.sub(r"\s", "", code)
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 6):
        return None
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    steps = range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)), None)
