"""What people type, in its normal form or refused."""

import pytest

from services.refusals import Invalid
from services.validation import TIMEZONES, email_address, idempotency_key, person_name, phone_number, reason, time_zone


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("Ada", "Ada"),
        ("  Ada \u3000", "Ada"),
        ("Zoe\u0301", "Zoé"),
        ("A\u202eda\u200b\ufeff", "Ada"),
        ("\u2066\u05d3\u05d5\u05d3\u2069", "\u05d3\u05d5\u05d3"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\U00031350", "\U00031350"),
        ("<b>", "<b>"),
        ("x" * 100, "x" * 100),
        ("e\u0301" * 100, "é" * 100),
        (" " * 200 + "Ada", "Ada"),
    ],
)
def test_a_name_is_trimmed_composed_and_rid_of_what_cannot_be_seen(typed: str, normal: str) -> None:
    assert person_name(typed) == normal


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "A name may not be blank."),
        (" \u00a0", "A name may not be blank."),
        ("\u200b\u200e", "A name may not be blank."),
        ("\u200d", "A name may not be blank."),
        ("\u3164", "A name may not be blank."),
        ("\u2800\ufe0f", "A name may not be blank."),
        ("x" * 101, "A name may have at most 100 characters."),
        ("x" * 100_000, "A name may have at most 100 characters."),
        ("\ufb2c" * 34, "A name may have at most 100 characters."),
        *((f"a{letter}b", "A name may not contain line breaks or control characters.") for letter in
          "\n\r\t\x00\x1b\x7f\x85\u2028\u2029\ud800\udfff\ue000\ufdd0\uffff\U0001fffe"),
    ],
)  # fmt: skip
def test_a_name_that_is_blank_overlong_or_not_on_one_line_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        person_name(typed)
    assert refused.value.message == sentence


def test_reasons_and_keys_have_lengths_of_their_own() -> None:
    assert reason("x" * 500) == "x" * 500
    assert idempotency_key("x" * 255) == "x" * 255
    with pytest.raises(Invalid, match=r"^A reason may have at most 500 characters\.$"):
        reason("x" * 501)
    with pytest.raises(Invalid, match=r"^An idempotency key may have at most 255 characters\.$"):
        idempotency_key("x" * 256)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("ada@example.org", "ada@example.org"),
        (" Ada@EXAMPLE.Org ", "Ada@example.org"),
        ("ada+tag@example.org", "ada+tag@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("e\u0301a@example.org", "éa@example.org"),
        ("ada@xn--mnchen-3ya.de", "ada@münchen.de"),
        ("ada@MÜNCHEN.de", "ada@münchen.de"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_an_address_is_trimmed_and_its_domain_in_lower_case(typed: str, normal: str) -> None:
    assert email_address(typed) == normal


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@localhost",
        "ada@[127.0.0.1]",
        '"a b"@example.org',
        "a..b@example.org",
        ".a@example.org",
        "ada@-example.org",
        "ada@example.org, eve@example.org",
        "Ada <ada@example.org>",
        "ada@example.org\n",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada\t@example.org",
        "ada\x00@example.org",
        "\ud800@example.org",
        "\u202eada@example.org",
        "a" * 65 + "@example.org",
        "a@" + ".".join(["b" * 60] * 5) + ".org",
    ],
)
def test_a_malformed_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match=r"^This is not a valid e-mail address\.$"):
        email_address(typed)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("+14155550132", "+14155550132"),
        (" +1 (415) 555-0132 ", "+14155550132"),
        ("+1.415.555.0132", "+14155550132"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("+49 30/1234567", "+49301234567"),
        ("+1\u00a0415\u2013555\u20110132", "+14155550132"),
        ("\u202a+14155550132\u202c", "+14155550132"),
        ("\uff0b\uff11 415 555 0132", "+14155550132"),
        ("+39 06 1234 5678", "+390612345678"),
    ],
)
def test_a_phone_number_is_kept_as_e164(typed: str, normal: str) -> None:
    assert phone_number(typed) == normal


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "+",
        "12",
        "4155550132",
        "0049301234567",
        "+1415",
        "+0123456789",
        "+999123456789",
        "+49123456789012345",
        "+8612345678901234567",
        "+" + "1" * 100_000,
        "call +14155550132",
        "+1 800 FLOWERS",
        "tel:+14155550132",
        "+14155550132 x5",
        "+14155550132;ext=5",
        "+14155550132, +14155550133",
        "+14155550132\n",
        "+14155550132\x00",
        "+1415555\ud8000132",
    ],
)
def test_what_is_no_phone_number_with_a_country_code_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match=r"^This is not a phone number with a country code, such as \+14155550132\.$"):
        phone_number(typed)


def test_a_time_zone_is_a_name_of_the_iana_database() -> None:
    assert [time_zone(name) for name in ("UTC", "Europe/Berlin", "America/Argentina/Ushuaia")] == [
        "UTC",
        "Europe/Berlin",
        "America/Argentina/Ushuaia",
    ]
    assert max(map(len, TIMEZONES)) <= 64
    for name in (
        "",
        "Mars/Olympus",
        "europe/berlin",
        " UTC",
        "UTC\x00",
        "/etc/localtime",
        "localtime",
        "Factory",
        "+01:00",
    ):
        with pytest.raises(Invalid, match=r"^This is not a time zone of the IANA database, such as Europe/Berlin\.$"):
            time_zone(name)
