"""Normal forms of names and addresses, in which they are compared, searched and sorted.

They depend on the versions of Unicode in Python and of `idna`. After an upgrade that changes a key, `rollcall doctor`
reports it and `rollcall rebuild-keys` writes the stored ones again.
"""

import re
import unicodedata

import regex

from models.domains import ascii_domain, unicode_domain
from models.folding import FOLDS
from models.text import MAX_INPUT_LENGTH, clean_text

END_OF_PREFIX = chr(0x10FFFF)
"""Sorts behind every letter: all keys beginning with `p` lie in `p .. p + END_OF_PREFIX`."""


KEY_LENGTH = 200
"""Keys are cut here, for one code point may become 18 and an index entry of PostgreSQL holds 2 704 bytes."""

LONGEST_KEY = 400
"""Code points of a column of keys."""

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
"""Vowel signs of Indic and Thai words are marks, yet parts of the word."""


def sort_key(text: str) -> str:
    """Returns the text without case, accents, width and invisible marks: `Wałęsa` and `WALESA` have one key.

    Variants of the apostrophe, of the hyphen and of spaces are one each, and a run of spaces is one space. Each code
    point is folded by itself, so the key of a text begins with the key of its beginning.
    """
    return re.sub(" +", " ", text.translate(FOLDS)).strip(" ")[:KEY_LENGTH].rstrip(" ")


def email_key(address: str) -> str:
    """The form in which an address is unique over all platforms. Addresses whose mail may go apart have two keys.

    The local part is in NFC and lower case, letter by letter, and `ς` is `σ`: `ß` is not `ss`, `ı` is not `i`, and
    wide letters are not narrow ones. The domain is Unicode, whether it was given so or as Punycode.
    """
    local, at, domain = unicodedata.normalize("NFC", address).rpartition("@")
    return f"{_lower(local)}@{unicode_domain(domain)}" if at else _lower(domain)


def key_of_typed_email(text: str) -> str | None:
    """The key of an address as somebody typed it; None where no account can have it, for no column holds its key."""
    if len(text) > MAX_INPUT_LENGTH or not storable(text):
        return None
    key = email_key(clean_text(text))
    return key if len(key) <= LONGEST_KEY else None


def words(*texts: str) -> set[str]:
    """The searchable words of names and addresses: runs of letters, their marks, and digits of their sort keys."""
    return {word for text in texts for word in _WORD.findall(sort_key(text))}


def words_of_email(address: str) -> set[str]:
    """The searchable words of an address, with those of the Punycode form of its domain."""
    if address.isascii():
        return words(address)
    return words(address, ascii_domain(address.rpartition("@")[2]) or "")


def _lower(text: str) -> str:
    """Each letter for itself: `str.lower` of a whole text looks at what surrounds a sigma."""
    return unicodedata.normalize("NFC", "".join(map(str.lower, text)).replace("ς", "σ"))


def storable(text: str) -> bool:
    """Whether both databases can hold the text at all: PostgreSQL takes no NUL, neither takes half a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
