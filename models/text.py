"""Cleaning of text that people type or paste, before it is validated, stored, compared or searched."""

import unicodedata

import regex

MAX_INPUT_LENGTH = 1000
"""Code points. No column takes longer text, and normalizing it could take quadratic time."""

_JOINERS = r"\u034f\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Invisible, yet part of the spelling of some scripts: joiners and variation selectors."""
_INVISIBLE = regex.compile(rf"[\p{{Default_Ignorable_Code_Point}}\ufff9-\ufffb--[{_JOINERS}]]+", regex.V1)
_STRAY_JOINERS = regex.compile(rf"(?:(?<=^|\s)[{_JOINERS}]+)|(?:[{_JOINERS}]+(?=$|\s))")
_SPACES = regex.compile(r"[\p{Zs}\t\n\v\f\r\u0085\u2028\u2029]+")
_BREAKS = frozenset("\n\v\f\r\u0085\u2028\u2029\t")


def clean_text(text: str) -> str:
    """The text in NFC, trimmed, without invisible characters, and with one space for each run of spaces.

    Removes Unicode's Default_Ignorable_Code_Point (zero-width and direction marks, soft hyphens), except joiners and
    variation selectors inside a word. Keeps line breaks and tabs between words, so that validation can reject them.
    Returns text of more than MAX_INPUT_LENGTH unchanged: nothing accepts or finds it.
    """
    if len(text) > MAX_INPUT_LENGTH or (text.isascii() and text.isprintable() and "  " not in text):
        return text.strip(" ") if len(text) <= MAX_INPUT_LENGTH else text
    text = _SPACES.sub(_one_space, _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", _STRAY_JOINERS.sub("", text.strip()).strip())


def has_visible_character(text: str) -> bool:
    """Whether at least one letter, digit or symbol shows when the text is rendered."""
    return _VISIBLE.search(text) is not None


_VISIBLE = regex.compile(r"[\p{L}\p{N}\p{S}--\p{Default_Ignorable_Code_Point}--\u2800]", regex.V1)


def _one_space(match: regex.Match[str]) -> str:
    """Breaks and tabs stay as they are."""
    return match.group() if _BREAKS.intersection(match.group()) else " "
