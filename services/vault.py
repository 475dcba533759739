"""Secrets that the server must read again, encrypted under its own keys."""

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Vault:
    """Seals text under the first key and opens what any of the keys has sealed, so that keys can be rotated."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a vault needs a key")
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises ValueError where none of the keys fits."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise ValueError("sealed under a key that this server does not have") from error

    def reseal(self, sealed: str) -> str:
        """The same text under the first key."""
        return self._fernet.rotate(sealed.encode()).decode()


def _derived(key: str) -> bytes:
    """A Fernet key from a secret of any length; the secret is random, so one hash suffices."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"rollcall vault:" + key.encode()).digest())
