"""The address as SMTP carries it."""

import re

import idna

from services.mail.outcomes import Refused

_LOCAL_PART = re.compile(r"[^\s\x00-\x20\x7f,;:<>()\[\]\\\"@]{1,64}")
_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def wire_address(address: str) -> str:
    """The address with its domain in ASCII (A-labels, RFC 5891).

    Raises Refused for what is not exactly one address: a list in one string would reach all its members.
    """
    local, _, domain = address.rpartition("@")
    if _LOCAL_PART.fullmatch(local):
        ascii_domain = _in_ascii(domain)
        if _DOMAIN.fullmatch(ascii_domain):
            return f"{local}@{ascii_domain}"
    raise Refused("This is not one e-mail address.")


def _in_ascii(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""
