"""Headers that are written as RFC 2047 has them, whatever letters they hold."""

from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.policy import SMTP, Policy
from typing import Any


class EncodedSubject(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]  # a stub that says max_count twice
    """A subject whose letters outside ASCII become encoded words, spaces included, on lines of at most 76 octets.

    The standard library's own folding (Python 3.11) loses spaces between encoded words, and folds no long word where
    the policy allows UTF-8.
    """

    def fold(self, *, policy: "Policy[Any]") -> str:
        """The header's lines."""
        text = str(self)
        if text.isascii():
            return super().fold(policy=policy)
        encoded = Header(text, "utf-8", header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    registry.map_to_type("subject", EncodedSubject)
    return registry


MESSAGE_POLICY = SMTP.clone(header_factory=_registry())
"""CRLF, and subjects by `EncodedSubject`."""
