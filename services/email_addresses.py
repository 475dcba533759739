"""Checking e-mail addresses: the normal form of a typed address, or the reason why it is refused."""

import re
from collections.abc import Callable, Collection
from ipaddress import ip_address
from typing import NamedTuple

import email_validator

from models.text import clean_text, has_long_run_of_marks, has_unprintable_character
from services.refusals import Invalid

SPECIAL_USE_DOMAINS = tuple(email_validator.SPECIAL_USE_DOMAIN_NAMES)
"""Top-level names without mail on the public internet (RFC 6761), refused unless the operator allows them."""
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()  # the library offers no argument; `_special` checks them instead

MAX_LENGTH, MAX_LOCAL_LENGTH, MAX_DOMAIN_LENGTH, MAX_LABEL_LENGTH = 254, 64, 253, 63
"""RFC 5321, 4.5.3.1 and RFC 1035, 2.3.4. Octets, but code points for the part before the @."""

_NOT_IN_LOCAL_PART = re.compile(r"[^\w!#$%&'*+/=?^`{|}~.\x80-\U0010ffff-]")
_NOT_IN_DOMAIN = re.compile(r"[^A-Za-z0-9.\x80-\U0010ffff-]")
_EXAMPLE = "such as anna@example.org"


class _Parts(NamedTuple):
    """A cleaned address, and its parts around the last @."""

    whole: str
    local: str
    domain: str

    @property
    def labels(self) -> list[str]:
        return re.split("[.\u3002\uff0e\uff61]", self.domain)


_CAUSES: tuple[tuple[Callable[[_Parts], object], str], ...] = (
    (lambda it: not it.whole, "An e-mail address may not be blank."),
    (lambda it: len(it.whole) > MAX_LENGTH, f"An e-mail address may have at most {MAX_LENGTH} characters."),
    (
        lambda it: has_unprintable_character(it.whole),
        "An e-mail address may not contain line breaks or control characters.",
    ),
    (
        lambda it: it.whole.lower().startswith("mailto:"),
        "Enter the address alone, without “mailto:”.",
    ),
    (
        lambda it: it.whole.endswith(">") and "<" in it.whole,
        f"Enter the address alone, {_EXAMPLE}, without a name or angle brackets.",
    ),
    (lambda it: it.whole.startswith('"'), "An address with quotation marks before the @ is not supported."),
    (lambda it: _are_several(it.whole), "Enter one e-mail address, not several."),
    (
        lambda it: "@" not in it.whole and re.search("[\uff20\ufe6b]", it.whole),
        "Enter the @ of an e-mail address as a plain @, not as a full-width or small one.",
    ),
    (lambda it: "@" not in it.whole, f"An e-mail address needs an @, {_EXAMPLE}."),
    (lambda it: "@" in it.local, "An e-mail address has only one @."),
    (lambda it: " " in it.whole, "An e-mail address may not contain spaces."),
    (lambda it: not it.local, f"The part before the @ is missing; enter the whole address, {_EXAMPLE}."),
    (lambda it: not it.domain, f"The domain after the @ is missing; enter the whole address, {_EXAMPLE}."),
    (
        lambda it: len(it.local) > MAX_LOCAL_LENGTH,
        f"The part before the @ may have at most {MAX_LOCAL_LENGTH} characters.",
    ),
    (
        lambda it: "" in it.local.split("."),
        "The part before the @ may not begin or end with a dot, or have two dots in a row.",
    ),
    (lambda it: _is_ip_address(it.domain), "An IP address after the @ is not supported; enter a domain name."),
    (
        lambda it: "" in it.labels,
        "The domain after the @ may not begin or end with a dot, or have two dots in a row.",
    ),
    (
        lambda it: len(it.domain) > MAX_DOMAIN_LENGTH,
        f"The domain after the @ may have at most {MAX_DOMAIN_LENGTH} characters.",
    ),
    (
        lambda it: any(len(label) > MAX_LABEL_LENGTH for label in it.labels),
        f"Between two dots the domain after the @ may have at most {MAX_LABEL_LENGTH} characters.",
    ),
    (
        lambda it: any(label.startswith("-") or label.endswith("-") for label in it.labels),
        "No part of the domain after the @ may begin or end with a hyphen.",
    ),
)
"""What is wrong, in the order in which it is looked for: the first cause that holds is the message."""


def email_address(text: str, *, special_domains: Collection[str] = ()) -> str:
    """The cleaned address with its domain in Unicode and lower case. Raises Invalid with the cause and what to do.

    Strict: at most 64 characters before the @. Whether mail arrives there only the invitation can tell.
    `special_domains`: those of SPECIAL_USE_DOMAINS that are allowed.
    """
    address = clean_text(text)
    local, _, domain = address.rpartition("@")
    parts = _Parts(address, local, domain)
    for holds, message in _CAUSES:
        if holds(parts):
            raise Invalid(message)
    _require_characters(parts)
    normalized, ascii_domain = _validated(parts)
    _require_public(ascii_domain, special_domains)
    return normalized


def _are_several(text: str) -> bool:
    """Whether something that separates addresses stands between two @."""
    return not {",", ";", " "}.isdisjoint(text[text.find("@") : text.rfind("@") + 1])


def _is_ip_address(domain: str) -> bool:
    """With or without brackets."""
    try:
        ip_address(domain.strip("[]").lower().removeprefix("ipv6:"))
    except ValueError:
        return domain.startswith("[")
    return True


def _require_characters(parts: _Parts) -> None:
    """Raises Invalid, naming the first character that is not allowed."""
    for text, allowed, where in (
        (parts.local, _NOT_IN_LOCAL_PART, "The part before the @"),
        (parts.domain, _NOT_IN_DOMAIN, "The domain after the @"),
    ):
        if found := allowed.search(text):
            raise Invalid(f"{where} may not contain “{found.group()}”.")


def _validated(parts: _Parts) -> tuple[str, str]:
    """The normal form and the domain in ASCII. Raises Invalid, saying which part is wrong."""
    if has_long_run_of_marks(parts.whole) or not _passes(f"{parts.local}@example.org"):
        raise Invalid("The part before the @ contains a character that is not allowed in e-mail addresses.")
    if not _passes(f"a@{parts.domain}"):
        raise Invalid("The domain after the @ is not a valid internet domain name.")
    try:
        checked = _checked(parts.whole)
    except email_validator.EmailNotValidError:
        raise Invalid(
            f"An e-mail address may have at most {MAX_LENGTH} bytes; letters outside A to Z take two to four each."
        ) from None
    return checked.normalized, checked.ascii_domain


def _passes(address: str) -> bool:
    try:
        _checked(address)
    except (email_validator.EmailNotValidError, UnicodeError):
        return False
    return True


def _checked(address: str) -> email_validator.ValidatedEmail:
    return email_validator.validate_email(address, check_deliverability=False, strict=True, globally_deliverable=False)


def _require_public(domain: str, special_domains: Collection[str]) -> None:
    """Raises Invalid for a domain that the public internet has no mail for, unless it is allowed."""
    top = domain.rpartition(".")[2]
    if top in SPECIAL_USE_DOMAINS:
        if top in special_domains:
            return
        raise Invalid(
            f"Domains under .{top} are reserved and receive no mail from the internet; "
            "use another address, or ask the server's operator to allow them."
        )
    if top == domain:
        raise Invalid("The domain after the @ needs a dot, as in example.org.")
    if not top[-1].isalpha():
        raise Invalid("The domain after the @ needs a top-level domain such as .com or .org at its end.")
