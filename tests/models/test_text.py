"""The cleaning of typed text: its promises for any text, and what it makes of what people paste."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.text import (
    MAX_CODE_LENGTH,
    MAX_INPUT_LENGTH,
    clean_code,
    clean_text,
    clean_token,
    has_long_run_of_marks,
    has_visible_character,
    initial,
)

ODD = (
    "aé\u0301\u0327\u00a0\u3000 \t\n\u200b\u202e\u00ad\u3164\u1100\u1161\u115f\u034f\u200c\u200d\u180b\ufe0f\U000e0100"
)
TEXTS = st.text(st.sampled_from(ODD) | st.characters(), max_size=20)


@given(text=TEXTS)
@settings(deadline=None, max_examples=500)
def test_cleaned_text_is_clean(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == clean.strip("\t\n\v\f\r \u0085\u00a0\u2028\u2029\u3000\u200c\u200d")
    assert "  " not in clean or not {"\t", "\n", "\v", "\f", "\r", "\u0085", "\u2028", "\u2029"}.isdisjoint(clean)


@given(text=TEXTS)
@settings(deadline=None, max_examples=300)
def test_nothing_visible_is_lost_by_cleaning(text: str) -> None:
    shown = [letter for letter in unicodedata.normalize("NFD", text) if has_visible_character(letter, punctuation=True)]
    kept = [
        letter
        for letter in unicodedata.normalize("NFD", clean_text(text))
        if has_visible_character(letter, punctuation=True)
    ]
    assert kept == shown


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("anna@acme.example\u00a0", "anna@acme.example"),
        ("\u200fכהן", "כהן"),
        ("van  der\u3000\u2009Berg", "van der Berg"),
        ("a \u200d b", "a b"),
        ("a\tb", "a\tb"),
        ("a\x1f", "a\x1f"),
        ("\ud800 a", "\ud800 a"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\u8fbb\U000e0100 ", "\u8fbb\U000e0100"),
        ("\ufe0f\U000e0100x", "x"),
        ("e\u200b\u0301", "é"),
    ],
)
def test_what_is_pasted_loses_what_cannot_be_seen(typed: str, clean: str) -> None:
    assert clean_text(typed) == clean


def test_what_would_take_quadratic_time_is_not_normalized() -> None:
    long, marked = "\u0327\u0301" * MAX_INPUT_LENGTH, "e" + "\u0301\u0327" * 500
    assert clean_text(long) is long
    assert clean_text(f" {marked}\u200b") == marked
    assert has_long_run_of_marks(marked)
    assert clean_text("e" + "\u0301" * 30) == "é" + "\u0301" * 29


def test_every_ignorable_code_point_alone_is_blank() -> None:
    ranges = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
              (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F),
              (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
              (0xE0000, 0xE0FFF)]  # fmt: skip
    left = [hex(code) for first, last in ranges for code in range(first, last + 1) if clean_text(chr(code))]
    assert left == []


@pytest.mark.parametrize(
    "text", ["\u2800", "\u3164", "\ufffc", "\U00013441", "\U0001d159", "\u0301", "\U000e0100", " ", "-"]
)
def test_blank_glyphs_marks_and_punctuation_show_no_letter(text: str) -> None:
    assert not has_visible_character(text)


@pytest.mark.parametrize("text", ["a", "１", "$", "\u0915\u093f", "\U0001f642", "\ufffd", "字"])
def test_letters_digits_and_symbols_show(text: str) -> None:
    assert has_visible_character(text)


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("ada", "A"),
        ("'t Hooft", "T"),
        ("\u02bbIolani", "I"),
        ("\u02bb", "\u02bb"),
        ("გმ", "გ"),
        ("ნ", "ნ"),
        ("ǆ", "ǅ"),
        ("Ǆ", "ǅ"),
        ("ß", "S"),
        ("ﬁ", "F"),
        ("ﬃ", "F"),
        ("ŉ", "N"),
        ("և", "Ե"),
        ("ĳ", "Ĳ"),
        ("ΐ", "Ι"),
        ("İ", "İ"),
        ("x\u0302", "X"),
        ("7", "7"),
        ("\u3164\U00013441b", "B"),
        ("\U0001f642", ""),
        ("", ""),
    ],
)
def test_an_initial_is_one_visible_letter_in_title_case(name: str, letter: str) -> None:
    assert initial(name) == letter


def test_no_letter_has_an_initial_of_several() -> None:
    letters = (chr(code) for code in range(sys.maxunicode + 1) if chr(code).isalnum())
    assert {letter for letter in letters if len(initial(letter)) != has_visible_character(letter)} == set()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("209-447", "209447"),
        (" 209\u202f447\n", "209447"),
        ("\uff12\uff10\uff19\uff0d\uff14\uff14\uff17", "209447"),
        ("\u0662\u0660\u0669\u0664\u0664\u0667", "209447"),
        ("ABCD\u2011efgh\u2013IJKL\u2014mnop\u2212qrst\u30fcu", "abcdefghijklmnopqrstu"),
        ("\u200eab\u200bcd\u2060\ufeff\u00ad", "abcd"),
        ("ab\u200d\ufe0fcd", "abcd"),
        ("\ud800", "\ud800"),
        ("1" * MAX_CODE_LENGTH, "1" * MAX_CODE_LENGTH),
        ("1" * (MAX_CODE_LENGTH + 1), ""),
    ],
)
def test_a_code_is_its_letters_and_digits(typed: str, code: str) -> None:
    assert clean_code(typed) == code


def test_a_token_keeps_its_case_and_its_hyphens() -> None:
    assert clean_token(" aB\u2011c_D-\u200be\n\u00ad") == "aB-c_D-e"
