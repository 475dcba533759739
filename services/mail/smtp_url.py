"""The mail server's address, from one URL."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

_FORM = "the mail server's URL must look like smtp://host:port or smtps://user:password@host:port"


@dataclass(frozen=True)
class SmtpServer:
    """`tls_from_start`: smtps. Credentials never travel without TLS and a verified certificate."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls_from_start: bool = False

    @classmethod
    def at(cls, url: str) -> Self:
        """Raises ValueError, which does not repeat the URL: there is a password in it."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError(_FORM) from None
        if parts.scheme not in {"smtp", "smtps"} or not host or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(_FORM)
        if (parts.username is None) != (parts.password is None):
            raise ValueError(_FORM)
        return cls(
            host=host,
            port=port or _usual_port(parts.scheme, parts.username),
            user=unquote(parts.username) if parts.username is not None else None,
            password=unquote(parts.password) if parts.password is not None else None,
            tls_from_start=parts.scheme == "smtps",
        )

    @property
    def needs_tls(self) -> bool:
        return self.tls_from_start or self.user is not None

    @property
    def start_tls(self) -> bool | None:
        """As aiosmtplib wants it: False never, True always, None where the server offers it."""
        if self.tls_from_start:
            return False
        return True if self.user is not None else None


def _usual_port(scheme: str, user: str | None) -> int:
    if scheme == "smtps":
        return 465
    return 25 if user is None else 587
