"""The address as SMTP carries it."""

import re

from models.domains import ascii_domain
from services.mail.outcomes import Refused

_LOCAL_PART = re.compile(r"[^\s\x00-\x20\x7f,;:<>()\[\]\\\"@]{1,64}")
_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def wire_address(address: str) -> str:
    """The address with its domain in ASCII (A-labels, RFC 5891).

    Raises Refused for what is not exactly one address: a list in one string would reach all its members.
    """
    local, _, domain = address.rpartition("@")
    if _LOCAL_PART.fullmatch(local):
        encoded = ascii_domain(domain)
        if encoded is not None and _DOMAIN.fullmatch(encoded):
            return f"{local}@{encoded}"
    raise Refused("This is not one e-mail address.")
