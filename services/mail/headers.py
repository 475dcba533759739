"""Headers that are written as RFC 2047 has them, whatever letters they hold.

The standard library's own folding (Python 3.11) loses spaces between encoded words, may leave the first line empty,
and folds no long word where the policy allows UTF-8.
"""

from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UniqueAddressHeader, UniqueUnstructuredHeader
from email.policy import SMTP, Policy
from typing import Any

LONGEST_WORD = 60
"""Octets of a word that still fits into a line behind the header's name."""


class EncodedSubject(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]  # the stubs name max_count twice
    """A subject that becomes encoded words, spaces included, where it has letters outside ASCII or a long word."""

    def fold(self, *, policy: "Policy[Any]") -> str:
        """The header's lines, of at most 76 octets."""
        return f"{self.name}: {_folded(self.name, str(self), policy)}{policy.linesep}"


class EncodedSender(UniqueAddressHeader, BaseHeader):  # type: ignore[misc]
    """One mailbox whose display name becomes encoded words where it has letters outside ASCII."""

    def fold(self, *, policy: "Policy[Any]") -> str:
        """The header's lines; the address has one of its own behind an encoded name."""
        [mailbox] = self.addresses
        if mailbox.display_name.isascii():
            return super().fold(policy=policy)
        name = _folded(self.name, mailbox.display_name, policy)
        return f"{self.name}: {name}{policy.linesep} <{mailbox.addr_spec}>{policy.linesep}"


def _folded(header: str, text: str, policy: "Policy[Any]") -> str:
    plain = text.isascii() and max(map(len, text.split()), default=0) <= LONGEST_WORD
    return Header(text, "us-ascii" if plain else "utf-8", header_name=header).encode(linesep=policy.linesep)


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    registry.map_to_type("subject", EncodedSubject)
    registry.map_to_type("from", EncodedSender)
    return registry


MESSAGE_POLICY = SMTP.clone(header_factory=_registry())
"""CRLF, and these headers."""
