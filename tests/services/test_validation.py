"""What people type, in its normal form or refused."""

import pytest

from services.refusals import Invalid
from services.validation import TIMEZONES, description, idempotency_key, name, reason, time_zone


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
        ("\u2028Ada\r\n", "Ada"),
        ("Anna \u00a0 Maria", "Anna Maria"),
        ("\u202dAda\u00ad Love\u00adlace\u202c", "Ada Lovelace"),
        ("\u8fbb\U000e0100", "\u8fbb\U000e0100"),
        ("\U000e0100\u180bAda\u200d", "Ada"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("e" + "\u0301" * 30, "é" + "\u0301" * 29),
        ("$", "$"),
    ],
)
def test_a_name_is_trimmed_composed_and_rid_of_what_cannot_be_seen(typed: str, normal: str) -> None:
    assert name(typed) == normal


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "A name may not be blank."),
        (" \u00a0", "A name may not be blank."),
        ("\u200b\u200e", "A name may not be blank."),
        ("\u200d", "A name may not be blank."),
        ("\u3164", "A name may not be blank."),
        ("\u2800\ufe0f", "A name may not be blank."),
        ("\U000e0100", "A name may not be blank."),
        ("\u180b", "A name may not be blank."),
        ("\u0301", "A name may not be blank."),
        ("\ufffc", "A name may not be blank."),
        ("\U00013441", "A name may not be blank."),
        ("-", "A name needs at least one letter, digit or symbol."),
        ("…\u0301", "A name needs at least one letter, digit or symbol."),
        ("q" + "\u0301" * 31, "A name may not have more than 30 combining marks in a row."),
        ("x" * 101, "A name may have at most 100 characters."),
        ("x" * 100_000, "A name may have at most 100 characters."),
        ("\ufb2c" * 34, "A name may have at most 100 characters."),
        *((f"a{letter}b", "A name may not contain line breaks or control characters.") for letter in
          "\n\r\t\x00\x1b\x7f\x85\u2028\u2029\ud800\udfff\ue000\ufdd0\uffff\U0001fffe"),
    ],
)  # fmt: skip
def test_a_name_that_is_blank_overlong_or_not_on_one_line_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        name(typed)
    assert refused.value.message == sentence


def test_a_reason_and_a_description_may_be_left_empty() -> None:
    for nothing in ("", " \u00a0\n", "\u200b\u202e"):
        assert (reason(nothing), description(nothing)) == (None, "")
    assert (reason(" … "), description("\ufeffSees\u00a0\u00a0all")) == ("…", "Sees all")


def test_an_idempotency_key_is_cleaned_like_other_text() -> None:
    assert idempotency_key(" 5f0c8c1e-7d52 \u00a0\u200b\n") == "5f0c8c1e-7d52"
    for blank in ("", " \u00a0", "\u200b"):
        with pytest.raises(Invalid, match=r"^An idempotency key may not be blank\.$"):
            idempotency_key(blank)


def test_reasons_and_keys_have_lengths_of_their_own() -> None:
    assert reason("x" * 500) == "x" * 500
    assert reason("e\u0323\u0302" * 500) == "ệ" * 500
    assert idempotency_key("x" * 255) == "x" * 255
    with pytest.raises(Invalid, match=r"^A reason may have at most 500 characters\.$"):
        reason("x" * 501)
    with pytest.raises(Invalid, match=r"^An idempotency key may have at most 255 characters\.$"):
        idempotency_key("x" * 256)


def test_a_time_zone_is_a_name_of_the_iana_database() -> None:
    names = ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"]
    assert [time_zone(f"\u00a0\u200b{zone}\n") for zone in names] == names
    assert max(map(len, TIMEZONES)) <= 64
    for zone in (
        "",
        "Mars/Olympus",
        "europe/berlin",
        "Europe /Berlin",
        "UTC\x00",
        "/etc/localtime",
        "localtime",
        "Factory",
        "+01:00",
    ):
        with pytest.raises(Invalid, match=r"^This is not a time zone of the IANA database, such as Europe/Berlin\.$"):
            time_zone(zone)
