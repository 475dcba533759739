"""Cleaning of text that people type or paste, before it is validated, stored, compared or searched."""

import unicodedata

import regex

MAX_INPUT_LENGTH = 2000
"""Code points, four times the longest column: longer text is neither accepted nor found, so it is not cleaned."""

MAX_MARKS = 30
"""Combining marks in a row, as in Unicode's Stream-Safe Text Format: sorting more takes quadratic time."""

MAX_CODE_LENGTH = 200
"""Code points of a typed code or token, with whatever surrounds its letters."""

_WHITE_SPACE = r"\p{White_Space}"
_JOINERS = r"\u034f\u200c\u200d"
_SELECTORS = r"\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Invisible, yet part of the spelling of some scripts: joiners between letters, variation selectors behind one."""
_IGNORABLE = r"\p{Default_Ignorable_Code_Point}\ufff9-\ufffb"
_BLANK_GLYPHS = r"\u2800\ufffc\U00013441\U00013442\U0001d159"
"""Letters and symbols whose glyphs are blank, or stand for something that text cannot hold."""

_INVISIBLE = regex.compile(rf"[[{_IGNORABLE}]--[{_JOINERS}{_SELECTORS}]]+", regex.V1)
_GAP = regex.compile(rf"[{_WHITE_SPACE}{_JOINERS}{_SELECTORS}]+")
_LEADING_SELECTORS = regex.compile(rf"[{_SELECTORS}]*")
_LONG_RUN_OF_MARKS = regex.compile(rf"\p{{M}}{{{MAX_MARKS + 1}}}")
_VISIBLE = regex.compile(rf"[[\p{{L}}\p{{N}}\p{{S}}]--[{_IGNORABLE}{_BLANK_GLYPHS}]]", regex.V1)
_VISIBLE_OR_PUNCTUATION = regex.compile(rf"[[\p{{L}}\p{{N}}\p{{S}}\p{{P}}]--[{_IGNORABLE}{_BLANK_GLYPHS}]]", regex.V1)
_UNPRINTABLE = regex.compile(r"[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]")
_BREAKS = frozenset("\n\v\f\r\u0085\u2028\u2029\t")
_NOT_IN_CODES = regex.compile(rf"[{_WHITE_SPACE}{_IGNORABLE}]+")
_DASH = regex.compile(r"[\p{Dash}\u2043\u2796\u30fc\uff70]")
"""Also bullets and the long-vowel marks that Japanese keyboards type for a dash."""


def clean_text(text: str) -> str:
    """The text in NFC, trimmed, without invisible characters, and with one space for each run of white space.

    Removes Unicode's Default_Ignorable_Code_Point (zero-width and direction marks, soft hyphens), except joiners
    inside a word and variation selectors behind a letter. Keeps line breaks and tabs between words, so that
    validation can reject them. Linear: returns text of more than MAX_INPUT_LENGTH unchanged, and does without NFC
    where more than MAX_MARKS follow each other.
    """
    if len(text) > MAX_INPUT_LENGTH:
        return text
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    text = _GAP.sub(_gap, _INVISIBLE.sub("", text))
    return text if has_long_run_of_marks(text) else unicodedata.normalize("NFC", text)


def clean_code(text: str) -> str:
    """The letters and digits of a typed code: without white space, dashes and invisible characters, in lower case.

    Full-width letters and the digits of every script become ASCII. Empty for more than MAX_CODE_LENGTH.
    """
    return clean_token(text).replace("-", "").lower()


def clean_token(text: str) -> str:
    """A token of a link in ASCII as far as it can be: `clean_code`, but dashes become `-` and case stays."""
    return "" if len(text) > MAX_CODE_LENGTH else _DASH.sub("-", _NOT_IN_CODES.sub("", in_ascii(text)))


def in_ascii(text: str) -> str:
    """Full-width forms, and the decimal digits of every script, as ASCII; all else as it is."""
    return text if text.isascii() else "".join(map(_in_ascii, text))


def has_visible_character(text: str, *, punctuation: bool = False) -> bool:
    """Whether at least one letter, digit or symbol (or punctuation mark) shows when the text is rendered."""
    return (_VISIBLE_OR_PUNCTUATION if punctuation else _VISIBLE).search(text) is not None


def has_unprintable_character(text: str) -> bool:
    """Whether the text has a control character, line break, lone surrogate, private-use character or noncharacter."""
    return _UNPRINTABLE.search(text) is not None


def has_long_run_of_marks(text: str) -> bool:
    """Whether more than MAX_MARKS combining marks follow each other."""
    return _LONG_RUN_OF_MARKS.search(text) is not None


def initial(name: str) -> str:
    """The first visible letter or digit in title case: `T` of `'t Hooft`, `Ǆ` as `ǅ`, `S` of `ß`; empty without any.

    One letter also where title case has several. Modifier letters, such as the ʻokina, count only without any other.
    """
    letters = [letter for letter in name if letter.isalnum() and has_visible_character(letter)]
    first = next((letter for letter in letters if unicodedata.category(letter) != "Lm"), "".join(letters[:1]))
    titled = first.title()
    return next((letter for letter in titled if unicodedata.category(letter) != "Lm"), titled)[:1]


def _gap(match: regex.Match[str]) -> str:
    """Selectors behind a letter stay. The rest is empty at either end, and as it is with a break or without space."""
    gap, ends = match.group(), match.end() == len(match.string)
    selectors = _LEADING_SELECTORS.match(gap)
    kept = selectors.group() if selectors and match.start() > 0 else ""
    rest = gap[len(kept) :]
    if ends or match.start() == 0:
        return kept
    if _BREAKS.isdisjoint(rest) and any(map(str.isspace, rest)):
        return f"{kept} "
    return gap


def _in_ascii(letter: str) -> str:
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    return chr(ord(letter) - 0xFEE0) if "\uff01" <= letter <= "\uff5e" else letter
