"""Trusted documents: where a list is given, only documents whose SHA-256 it holds are executed."""

import json
import re
from collections.abc import Iterable
from hashlib import sha256

DIGEST = re.compile("[0-9a-f]{64}")


class TrustedDocuments:
    """A list of the SHA-256 of documents, UTF-8, byte for byte as they are sent."""

    def __init__(self, digests: Iterable[str]) -> None:
        self._digests = frozenset(digests)

    def __contains__(self, source: str) -> bool:
        return sha256(source.encode("utf-8", "surrogatepass")).hexdigest() in self._digests

    @classmethod
    def read(cls, text: str) -> "TrustedDocuments":
        """From a JSON list, or from lines, of hexadecimal digests. Raises ValueError for anything else."""
        listed = json.loads(text) if text.lstrip().startswith("[") else text.split()
        digests = [digest.lower() for digest in listed if isinstance(digest, str)]
        if not digests or len(digests) != len(listed) or not all(map(DIGEST.fullmatch, digests)):
            raise ValueError("must be a JSON list, or lines, of SHA-256 digests in hexadecimal")
        return cls(digests)
