"""Domains of e-mail addresses: one form for each place to which mail goes."""

import unicodedata

import idna


def ascii_domain(domain: str) -> str | None:
    """The domain as DNS and SMTP carry it: lower case, labels that are not ASCII as A-labels (RFC 5891).

    Maps other spellings by UTS 46, non-transitional: `straße.example` and `strasse.example` are two domains.
    Returns None where IDNA 2008 does not allow the domain; does not check domains that are ASCII already.
    """
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return None


def unicode_domain(domain: str) -> str:
    """The domain as people read it; two domains have one form exactly if `ascii_domain` gives them one.

    Returns lower case where IDNA 2008 does not allow the domain.
    """
    encoded = ascii_domain(domain)
    if encoded is None:
        return unicodedata.normalize("NFC", domain.lower())
    if "xn--" not in encoded:
        return encoded
    try:
        return idna.decode(encoded)
    except (idna.IDNAError, UnicodeError):
        return encoded
