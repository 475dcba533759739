"""Secrets that are handed out once: 256 random bits, of which only the SHA-256 is kept."""

import hashlib
import secrets

from models.text import clean_token


def new_token() -> str:
    """43 characters of base64url, 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored and looked up. A plain hash serves, since the secret cannot be guessed (OWASP ASVS 5.0, 6.5.2)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def typed_token_hash(token: str) -> str:
    """Of a token that was copied out of a mail: cleaned, so that what came with it by copying does not matter."""
    return token_hash(clean_token(token))
