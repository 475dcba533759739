"""The promises of the normal forms in which names and addresses are compared, searched and sorted."""

import sys
import unicodedata

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from models.keys import END_OF_PREFIX, KEY_LENGTH, email_key, sort_key, storable, words
from services.email_addresses import email_address
from services.refusals import Invalid

QUICK = settings(deadline=None, max_examples=200)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
LETTERS = st.text("aÄßéﬁǅŉİıΐ한각किशน้ำ½Ⅷ１´¨ \u0301\u00a0'-._@", max_size=12)
"""Where normal forms are hard: compositions, ligatures, two-letter capitals, marks, spacing accents."""


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
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
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
        ("  van  der Berg ", "van  der berg"),
        ("İstanbul", "istanbul"),
        ("Æsir", "æsir"),
        ("Łódź", "łodz"),
        ("O'Brien", "o'brien"),
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
