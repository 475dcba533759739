"""Normal forms of names and addresses, in which they are compared, searched and sorted."""

import re
import unicodedata

END_OF_PREFIX = chr(0x10FFFF)
"""Sorts behind every letter: all keys beginning with `p` lie in `p .. p + END_OF_PREFIX`."""


KEY_LENGTH = 200
"""Keys are cut here, for one code point may become 18 and an index entry of PostgreSQL holds 2 704 bytes."""


def sort_key(text: str) -> str:
    """Compatibility form, accents dropped, case folded: `Müller` and `MULLER` are one key."""
    decomposed = unicodedata.normalize("NFKD", text.strip())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKD", bare.casefold())[:KEY_LENGTH]


def email_key(address: str) -> str:
    """The form in which an address is unique over all platforms: NFC, then compared without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", address).casefold())


def words(*texts: str) -> set[str]:
    """The searchable words of names and addresses: runs of letters and digits of their sort keys."""
    return {word for text in texts for word in re.findall(r"[^\W_]+", sort_key(text))}


def storable(text: str) -> bool:
    """Whether both databases can hold the text at all: PostgreSQL takes no NUL, neither takes half a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
