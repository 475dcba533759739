"""Text from people and servers, made harmless for headers, mail clients and logs."""

import re
import unicodedata

_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_BREAKS = {"Cc", "Zl", "Zp"}
_LINKING = frozenset(".:@\\\u3002")
"""What makes a link: dots (IDNA knows U+3002 too), schemes, addresses and UNC paths. Look-alikes: see `_links`."""

_TOKENS = re.compile(r"(token(?:=|%3D|=3D))\S+", re.IGNORECASE)
_USUAL_ADDRESS = re.compile(r"[\w.+'-]+@[\w.-]+")
ERROR_LENGTH = 500


def one_line(text: str) -> str:
    """Without line breaks, control characters, lone surrogates and marks that change the direction of reading."""
    text = _DIRECTION_MARKS.sub("", text)
    kinds = ((letter, unicodedata.category(letter)) for letter in text)
    return " ".join("".join(" " if kind in _BREAKS else letter for letter, kind in kinds if kind != "Cs").split())


def unlinked(text: str) -> str:
    """A name that no mail client turns into a link.

    Clients link `evil.example` without any scheme, so a name is a way to send a stranger a link under our sender.
    A space goes behind each dot, colon, at sign and backslash that has none: `J.R. Smith` becomes `J. R. Smith`.
    """
    text = one_line(text)
    pairs = zip(text, text[1:] + " ", strict=False)
    return "".join(letter + " " if _links(letter) and not after.isspace() else letter for letter, after in pairs)


def shown_address(address: str) -> str:
    """An e-mail address; one that could hold a link in its local part is taken apart like a name."""
    return address if _USUAL_ADDRESS.fullmatch(address) else unlinked(address)


def as_error(reason: str, secret: str = "") -> str:
    """One printable line for the mail's row and the log, without the mail's token even where a server quotes it."""
    if secret:
        reason = reason.replace(secret, "[…]")
    reason = _TOKENS.sub(r"\1[…]", reason)
    return one_line("".join(letter if letter.isprintable() else " " for letter in reason))[:ERROR_LENGTH]


def _links(letter: str) -> bool:
    return not _LINKING.isdisjoint(unicodedata.normalize("NFKC", letter))
