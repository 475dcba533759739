"""E-mail addresses as people type them: the normal form, or the cause of the refusal."""

import email_validator
import pytest

from services.email_addresses import SPECIAL_USE_DOMAINS, email_address
from services.refusals import Invalid


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("ada@example.org", "ada@example.org"),
        (" Ada@EXAMPLE.Org ", "Ada@example.org"),
        ("anna@acme.example\u00a0", "anna@acme.example"),
        ("\ufeff\u202aanna@acme.example\u202c\r\n", "anna@acme.example"),
        ("anna@ac\u00adme.exam\u200bple", "anna@acme.example"),
        ("ada+tag@example.org", "ada+tag@example.org"),
        ("o'neil/x=y@example.org", "o'neil/x=y@example.org"),
        ("e\u0301a@example.org", "éa@example.org"),
        ("ada@xn--mnchen-3ya.de", "ada@münchen.de"),
        ("ada@MÜNCHEN.de", "ada@münchen.de"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_an_address_is_cleaned_and_its_domain_in_lower_case(typed: str, normal: str) -> None:
    assert email_address(typed) == normal


TOO_LONG = "An e-mail address may have at most 254 characters."
CONTROL = "An e-mail address may not contain line breaks or control characters."
ALONE = "Enter the address alone, such as anna@example.org, without a name or angle brackets."
ONE = "Enter one e-mail address, not several."
NO_AT = "An e-mail address needs an @, such as anna@example.org."
DOTS_BEFORE = "The part before the @ may not begin or end with a dot, or have two dots in a row."
DOTS_AFTER = "The domain after the @ may not begin or end with a dot, or have two dots in a row."
HYPHEN = "No part of the domain after the @ may begin or end with a hyphen."
IP = "An IP address after the @ is not supported; enter a domain name."
NO_DOT = "The domain after the @ needs a dot, as in example.org."
NO_TOP = "The domain after the @ needs a top-level domain such as .com or .org at its end."
NO_DOMAIN = "The domain after the @ is not a valid internet domain name."
NOT_ALLOWED = "The part before the @ contains a character that is not allowed in e-mail addresses."
RESERVED = (
    "Domains under .{} are reserved and receive no mail from the internet; "
    "use another address, or ask the server's operator to allow them."
)


@pytest.mark.parametrize(
    ("typed", "cause"),
    [
        ("", "An e-mail address may not be blank."),
        ("\u200b \n", "An e-mail address may not be blank."),
        ("a" * 94_000, TOO_LONG),
        ("\u0301" * 94_000, TOO_LONG),
        ("a@" + ".".join(["b" * 60] * 5) + ".org", TOO_LONG),
        (
            "\u4e2d" * 60 + "@" + ".".join(["b" * 50] * 2) + ".org",
            "An e-mail address may have at most 254 bytes; letters outside A to Z take two to four each.",
        ),
        ("ada@example.org\r\nBcc: eve@example.org", CONTROL),
        ("ada\t@example.org", CONTROL),
        ("ada\x00@example.org", CONTROL),
        ("ada@example.org\x1f", CONTROL),
        ("\ud800@example.org", CONTROL),
        ("mailto:ada@example.org", "Enter the address alone, without “mailto:”."),
        ("Anna <a@b.c>", ALONE),
        ('"Becker, Anna" <a@b.c>', ALONE),
        ('"a b"@example.org', "An address with quotation marks before the @ is not supported."),
        ("ada@example.org, eve@example.org", ONE),
        ("ada@example.org;eve@example.org", ONE),
        ("ada@example.org eve@example.org", ONE),
        ("ada@@example.org", "An e-mail address has only one @."),
        ("ada", NO_AT),
        ("ada.example.org", NO_AT),
        ("ada\uff20example.org", "Enter the @ of an e-mail address as a plain @, not as a full-width or small one."),
        ("ada l@example.org", "An e-mail address may not contain spaces."),
        ("ada@exam ple.org", "An e-mail address may not contain spaces."),
        ("@example.org", "The part before the @ is missing; enter the whole address, such as anna@example.org."),
        ("ada@", "The domain after the @ is missing; enter the whole address, such as anna@example.org."),
        ("a" * 65 + "@example.org", "The part before the @ may have at most 64 characters."),
        ("a..b@example.org", DOTS_BEFORE),
        (".a@example.org", DOTS_BEFORE),
        ("a.@example.org", DOTS_BEFORE),
        ("a(b)@example.org", "The part before the @ may not contain “(”."),
        ("a:b@example.org", "The part before the @ may not contain “:”."),
        ("a\ue000@example.org", CONTROL),
        ("a\u200db@example.org", NOT_ALLOWED),
        ("q" + "\u0301" * 31 + "@example.org", NOT_ALLOWED),
        ("ada@[127.0.0.1]", IP),
        ("ada@127.0.0.1", IP),
        ("ada@[IPv6:::1]", IP),
        ("ada@example..org", DOTS_AFTER),
        ("ada@.example.org", DOTS_AFTER),
        ("ada@example.org.", DOTS_AFTER),
        ("ada@example\u3002", DOTS_AFTER),
        ("ada@-example.org", HYPHEN),
        ("ada@example-.org", HYPHEN),
        ("ada@" + "b" * 64 + ".org", "Between two dots the domain after the @ may have at most 63 characters."),
        ("ada@a_b.org", "The domain after the @ may not contain “_”."),
        ("ada@example.org>", "The domain after the @ may not contain “>”."),
        ("ada@xn--999999999.org", NO_DOMAIN),
        ("ada@ab--c.org", NO_DOMAIN),
        ("ada@example", NO_DOT),
        ("ada@example.123", NO_TOP),
        ("x@corp.local", RESERVED.format("local")),
        ("ada@localhost", RESERVED.format("localhost")),
        ("ada@a.TEST", RESERVED.format("test")),
        ("ada@a.invalid", RESERVED.format("invalid")),
    ],
)
def test_a_refusal_names_its_cause(typed: str, cause: str) -> None:
    with pytest.raises(Invalid) as refused:
        email_address(typed)
    assert refused.value.message == cause


@pytest.mark.parametrize("name", SPECIAL_USE_DOMAINS)
def test_a_reserved_domain_is_accepted_where_it_is_allowed_and_no_other(name: str) -> None:
    assert email_address(f"x@corp.{name}", special_domains=[name]) == f"x@corp.{name}"
    assert email_address(f"x@{name}", special_domains=[name]) == f"x@{name}"
    others = [other for other in SPECIAL_USE_DOMAINS if other != name]
    with pytest.raises(Invalid, match=f"^Domains under .{name} are reserved"):
        email_address(f"x@corp.{name}", special_domains=others)


def test_the_reserved_domains_are_those_of_the_library() -> None:
    assert SPECIAL_USE_DOMAINS == ("arpa", "invalid", "local", "localhost", "onion", "test")
    assert email_validator.SPECIAL_USE_DOMAIN_NAMES == []
