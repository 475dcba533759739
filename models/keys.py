"""Normal forms of names and addresses, in which they are compared, searched and sorted."""

import unicodedata

END_OF_PREFIX = chr(0x10FFFF)
"""Sorts behind every letter: all keys beginning with `p` lie in `p .. p + END_OF_PREFIX`."""


KEY_LENGTH = 200
"""Keys are cut here, for one code point may become 18 and an index entry of PostgreSQL holds 2 704 bytes."""

LONGEST_KEY, LONGEST_TYPED = 400, 1000
"""Code points: of a column of keys; and of what is looked at as an address, whose accents may be typed apart."""


def sort_key(text: str) -> str:
    """Compatibility form, accents dropped, case folded: `Müller` and `MULLER` are one key.

    Every code point becomes its part of the key by itself, so the key of a text begins with the key of its beginning.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKD", bare.casefold()).strip()[:KEY_LENGTH].rstrip()


def email_key(address: str) -> str:
    """The form in which an address is unique over all platforms: NFC, then compared without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", address).casefold())


def key_of_typed_email(text: str) -> str | None:
    """Of an address as somebody typed it; None where no account can have it, for no column holds its key."""
    if len(text) > LONGEST_TYPED or not storable(text):
        return None
    key = email_key(text.strip())
    return key if len(key) <= LONGEST_KEY else None


def words(*texts: str) -> set[str]:
    """The searchable words of names and addresses: runs of letters, their marks, and digits of their sort keys."""
    return {word for text in texts for word in "".join(map(_letter_or_gap, sort_key(text))).split()}


def _letter_or_gap(letter: str) -> str:
    """Vowel signs of Indic and Thai words are marks: no letters to `isalnum`, yet parts of the word."""
    return letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " "


def storable(text: str) -> bool:
    """Whether both databases can hold the text at all: PostgreSQL takes no NUL, neither takes half a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
