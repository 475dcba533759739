"""Codes of an authenticator, against the examples of RFC 6238 and pyotp."""

import base64
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from services import totp

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_examples_of_rfc_6238_appendix_b(at: int, code: str) -> None:
    assert totp.matching_step(RFC_SECRET, code, datetime.fromtimestamp(at, UTC)) == at // 30


@pytest.mark.parametrize(("seconds", "step"), [(-31, None), (-30, 0), (0, 0), (29, 0), (30, 0), (59, 0), (60, None)])
def test_a_code_is_taken_from_one_step_before_it_to_one_step_after(seconds: int, step: int | None) -> None:
    begins = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    code = pyotp.TOTP(RFC_SECRET).at(begins)
    found = totp.matching_step(RFC_SECRET, code, begins + timedelta(seconds=seconds))
    assert found == (None if step is None else int(begins.timestamp()) // 30)


def test_secrets_are_160_bits_and_never_the_same() -> None:
    secrets = {totp.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(base64.b32decode(secret)) * 8 for secret in secrets} == {160}
