"""Codes of an authenticator, against the examples of RFC 6238 and pyotp."""

import base64
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

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


KEY_URI = re.compile(
    r"otpauth://totp/(?P<prefix>[A-Za-z0-9%._~-]+):(?P<account>[A-Za-z0-9%._~-]+)"
    r"\?secret=(?P<secret>[A-Z2-7]+)&issuer=(?P<issuer>[A-Za-z0-9%._~-]+)"
)
"""The Key URI format: neither part of the label has a colon, and all but RFC 3986's unreserved letters are encoded."""
LONGEST_ADDRESS = "ß" * 32 + "@" + ".".join(["b" * 61] * 3) + ".org"


@pytest.mark.parametrize(
    ("platform", "issuer"),
    [
        ("Acme", "Acme"),
        ("Acme: Europe", "Acme Europe"),
        ("Acme:Europe", "Acme Europe"),
        ("::Acme\uff1a", "Acme"),
        ("Acme/Europe", "Acme/Europe"),
        ("100% Acme", "100% Acme"),
        ("Acme%3AEurope", "Acme%3AEurope"),
        ("Acme & Söhne?x=y#z", "Acme & Söhne?x=y#z"),
        ("Acme + Co", "Acme + Co"),
        ("\U0001f680 Acme", "\U0001f680 Acme"),
        ("\U00020000" * 100, "\U00020000" * 50),
        ("\U0001f469\u200d\U0001f680" * 33, "\U0001f469\u200d\U0001f680" * 18),
        ("x" * 100, "x" * 100),
    ],
)
@pytest.mark.parametrize("account", ["ada@example.org", "o'neil/x=y%?#&@example.org", LONGEST_ADDRESS])
def test_a_provisioning_uri_has_the_key_uri_format_whatever_the_names(platform: str, issuer: str, account: str) -> None:
    uri = totp.provisioning_uri(RFC_SECRET, account=account, issuer=platform)
    parts = KEY_URI.fullmatch(uri)
    assert parts is not None
    assert parts["prefix"] == parts["issuer"]
    assert (unquote(parts["issuer"]), unquote(parts["account"]), parts["secret"]) == (issuer, account, RFC_SECRET)
    read = pyotp.parse_uri(uri)
    assert (read.issuer, read.name, read.secret) == (issuer, account, RFC_SECRET)
    assert len(uri) <= 2331


def test_a_platform_whose_name_is_nothing_but_colons_has_no_issuer() -> None:
    uri = totp.provisioning_uri(RFC_SECRET, account="ada@example.org", issuer="::")
    assert uri == f"otpauth://totp/ada%40example.org?secret={RFC_SECRET}"


@pytest.mark.parametrize("code", ["287-082", " 287\u2011082\n", "\uff12\uff18\uff17\uff10\uff18\uff12", "2\u200b87082"])
def test_dashes_spaces_and_widths_of_a_code_do_not_matter(code: str) -> None:
    assert totp.matching_step(RFC_SECRET, code, datetime.fromtimestamp(59, UTC)) == 1


@pytest.mark.parametrize("code", ["287082 287082", "28708", "28708\u00b2\u0301", "x287082", "\u0301" * 90_000])
def test_what_is_no_code_matches_no_step(code: str) -> None:
    assert totp.matching_step(RFC_SECRET, code, datetime.fromtimestamp(59, UTC)) is None
