"""The promises of the normal forms in which names and addresses are compared, searched and sorted."""

import sys
import unicodedata

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from models.domains import ascii_domain
from models.keys import (
    END_OF_PREFIX,
    KEY_LENGTH,
    email_key,
    key_of_typed_email,
    sort_key,
    storable,
    words,
    words_of_email,
)
from services.email_addresses import email_address
from services.refusals import Invalid

QUICK = settings(deadline=None, max_examples=200)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
LETTERS = st.text("aÄßéﬁǅŉİıΐςΣſłØə한각किशน้ำ½Ⅷ１´¨’ʼ‑ \u0301\u00a0\u00ad\u200b\u200d\ufe0f'-._@", max_size=12)
"""Where normal forms are hard: compositions, ligatures, two-letter capitals, marks, spacing accents, joiners."""
DOMAINS = st.one_of(
    st.text("aAßẞsäÄa\u0308ς", min_size=1, max_size=3).map("{}.example".format),
    st.text("aAßẞsäÄa\u0308ς", min_size=1, max_size=3).map("{}.example".format).map(lambda d: ascii_domain(d) or d),
)
SPACING_ACUTE = {"\u00b4", "\u1ffd"}
"""An apostrophe; yet its compatibility form is a space with an accent."""
INVISIBLE = "\u00ad\u034f\u115f\u180b\u200b\u200c\u200d\u200e\u202e\u2060\u3164\ufe00\ufe0f\ufeff\U000e0100"


def test_every_code_point_has_a_key_that_is_its_own_key() -> None:
    wrong = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if not 0xD800 <= code <= 0xDFFF and sort_key(key := sort_key(chr(code))) != key
    ]
    assert wrong == []


@given(text=TEXTS | LETTERS)
@QUICK
def test_keys_are_their_own_keys(text: str) -> None:
    assert sort_key(sort_key(text)) == sort_key(text)
    assert email_key(email_key(text)) == email_key(text)
    assert words(*words(text)) == words(text)


@given(beginning=TEXTS | LETTERS, rest=TEXTS | LETTERS)
@example("Mu\u0308", "ller")
@example("하", "ᆫ")
@example("ß", "ß" * 300)
@QUICK
def test_the_key_of_a_text_begins_with_the_key_of_its_beginning(beginning: str, rest: str) -> None:
    assert sort_key(beginning + rest).startswith(sort_key(beginning))


@given(beginning=TEXTS | LETTERS, rest=TEXTS | LETTERS)
@QUICK
def test_each_word_of_a_beginning_begins_a_word_of_the_text(beginning: str, rest: str) -> None:
    found = words(beginning + rest)
    assert [word for word in words(beginning) if not any(longer.startswith(word) for longer in found)] == []


@given(text=TEXTS | LETTERS)
@QUICK
def test_case_accents_and_composition_do_not_matter(text: str) -> None:
    forms = ("NFC", "NFD") if SPACING_ACUTE.intersection(text) else ("NFC", "NFD", "NFKC", "NFKD")
    for form in forms:
        assert sort_key(unicodedata.normalize(form, text)) == sort_key(text)
        assert words(unicodedata.normalize(form, text)) == words(text)
    assert sort_key(text.casefold()) == sort_key(text)
    assert sort_key(f" {text}\t") == sort_key(text)
    assert email_key(unicodedata.normalize("NFD", text)) == email_key(unicodedata.normalize("NFC", text))


@given(text=TEXTS | LETTERS, prefix=LETTERS)
@QUICK
def test_one_range_holds_the_keys_with_a_prefix_and_no_other(text: str, prefix: str) -> None:
    key, low = sort_key(text), sort_key(prefix)
    assume(END_OF_PREFIX not in key)
    assert (low <= key < low + END_OF_PREFIX) is key.startswith(low)


@given(text=st.text("ﷺ字ß𐐀", max_size=300))
@QUICK
def test_a_key_fits_into_an_index_entry_of_postgresql(text: str) -> None:
    assert len(sort_key(text)) <= KEY_LENGTH
    assert all(len(word) <= KEY_LENGTH for word in words(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ida@example.org", "ida@EXAMPLE.org"),
        ("ida@xn--bcher-kva.example", "ida@bücher.example"),
        ("ida@XN--BCHER-KVA.example", "ida@BU\u0308CHER.example"),
        ("ida@ｂüｃｈｅｒ．example", "ida@bücher。example"),
        ("ida@xn--strae-oqa.example", "ida@STRAẞE.example"),
        ("ÉVE@example.org", "e\u0301ve@example.org"),
        ("ΝΙΚΟΣ@example.org", "νικος@example.org"),
        ("ẞ@example.org", "ß@example.org"),
        ("İ@example.org", "i\u0307@example.org"),
    ],
)
def test_spellings_of_one_address_have_one_key(one: str, other: str) -> None:
    assert email_key(one) == email_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ss@straße.example", "ss@strasse.example"),
        ("ß@example.org", "ss@example.org"),
        ("ı@example.org", "i@example.org"),
        ("ı@example.org", "I@example.org"),
        ("İ@example.org", "i@example.org"),
        ("ﬁ@example.org", "fi@example.org"),
        ("ſ@example.org", "s@example.org"),
        ("ｉｄａ@example.org", "ida@example.org"),
        ("eve@example.org", "éve@example.org"),
        ("a@xn--zz.example", "a@zz.example"),
    ],
)
def test_addresses_whose_mail_goes_apart_have_two_keys(one: str, other: str) -> None:
    assert email_key(one) != email_key(other)


@given(one=DOMAINS, other=DOMAINS)
@QUICK
def test_keys_name_one_domain_exactly_if_mail_goes_to_one(one: str, other: str) -> None:
    places = ascii_domain(one), ascii_domain(other)
    assume(None not in places)
    assert (email_key(f"a@{one}") == email_key(f"a@{other}")) is (places[0] == places[1])


@pytest.mark.parametrize("text", ["ida@bücher.example", "IDA", "bücher", "BUCHER", "xn--bcher-kva", "xn--bcher"])
def test_an_address_has_the_words_of_both_forms_of_its_domain(text: str) -> None:
    found = words_of_email("ida@bücher.example")
    assert [word for word in words(text) if not any(longer.startswith(word) for longer in found)] == []


def test_of_what_no_column_can_hold_no_key_is_computed() -> None:
    longest = "a" * (400 - len("@example.org")) + "@example.org"
    typed = [longest, f"a{longest}", "e\u0301" * 500 + "@example.org", "a\x00@example.org", "\ud800@example.org"]
    assert [key_of_typed_email(text) for text in typed] == [longest, None, None, None, None]


@given(address=st.from_regex(r"[A-Za-zÄßéİı]{1,8}(\.[a-zÄß]{1,5})?@([A-Za-zäß]{1,8}\.)?example\.org", fullmatch=True))
@settings(deadline=None, max_examples=50)
def test_the_address_that_is_stored_has_the_key_that_was_looked_up(address: str) -> None:
    try:
        stored = email_address(address)
    except Invalid:
        assume(False)
    assert email_key(stored) == email_key(email_address(stored.upper() if stored.isascii() else stored))
    assert email_key(stored) == email_key(unicodedata.normalize("NFD", stored))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Müller", "muller"),
        ("MULLER", "muller"),
        ("Straße", "strasse"),
        ("  van  der\u3000\u00a0Berg ", "van der berg"),
        ("van \u200b der", "van der"),
        ("İstanbul", "istanbul"),
        ("YILDIZ", "yildiz"),
        ("Yıldız", "yildiz"),
        ("Æsir", "aesir"),
        ("Łódź", "lodz"),
        ("Wałęsa", "walesa"),
        ("SØRENSEN", "sorensen"),
        ("Østergård", "ostergard"),
        ("Đặng", "dang"),
        ("Ħŧ", "ht"),
        ("Œuvre", "oeuvre"),
        ("Þórður", "thordur"),
        ("STRAẞE", "strasse"),
        ("Ŋ", "n"),
        ("Əliyev", "eliyev"),
        ("ΝΊΚΟΣ", "νικοσ"),
        ("Νίκος", "νικοσ"),
        ("O'Brien", "o'brien"),
        *((f"O{mark}Neill", "o'neill") for mark in "'’‘ʼʹʻ′`´＇ꞌ\u1ffd\u1fef"),
        *((f"Jean{mark}Luc", "jean-luc") for mark in "-‐‑‒–—−－﹣"),
        *((f"Ste{mark}phen", "stephen") for mark in INVISIBLE),
        ("ﬁ", "fi"),
        ("¨", ""),
    ],
)
def test_keys_of_names(text: str, key: str) -> None:
    assert sort_key(text) == key


def test_words_are_runs_of_letters_marks_and_digits() -> None:
    assert words("Jean-Luc O'Brien", "jl_99@mail.example") == {
        "jean",
        "luc",
        "o",
        "brien",
        "jl",
        "99",
        "mail",
        "example",
    }
    assert words("किशोर") == {"किशोर"}
    assert words("!?_ ¨") == set()


def test_what_a_database_cannot_hold_is_known() -> None:
    assert [storable(text) for text in ("", "é\U0010ffff", "a\x00b", "\ud800")] == [True, True, False, False]
