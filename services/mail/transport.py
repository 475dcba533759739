"""Handing a message over: to an SMTP server, or to a folder where there is none."""

import asyncio
import ssl
from contextlib import suppress
from email.message import EmailMessage
from typing import Protocol

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from services.mail.addresses import wire_address
from services.mail.files import FileTransport
from services.mail.outcomes import Refused, TryLater
from services.mail.smtp_url import SmtpServer

__all__ = ["FileTransport", "Refused", "SmtpTransport", "Transport", "TryLater"]

_ABOUT_US = frozenset({530, 534, 535, 538})
"""Replies for good that speak of our sign-in (RFC 4954, 6), not of the mail."""


class Transport(Protocol):
    """Raises Refused (for good) or TryLater; returns once somebody else has the mail."""

    async def send(self, message: EmailMessage, recipient: str) -> None: ...


class SmtpTransport:
    """`smtp://host:port`, `smtp://user:password@host:port` or `smtps://…`.

    A new connection for each mail: aiosmtplib's reused ones hang after a server's timeout (its issues 38 and 243).
    `step_seconds` bounds each answer, `bound_seconds` all of them together. Raises ValueError for another URL.
    """

    def __init__(self, url: str, *, step_seconds: float = 10, bound_seconds: float = 30) -> None:
        self._server = SmtpServer.at(url)
        self._step, self._bound = step_seconds, bound_seconds
        self._tls = _tls_context(verified=self._server.needs_tls)
        self._own_name: str | None = None

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """To this one recipient, whatever the headers say."""
        address = wire_address(recipient)
        client = self._client()
        try:
            await self._converse(client, message, address)
            with suppress(SMTPException, OSError, TimeoutError):
                await client.quit(timeout=1)
        finally:
            client.close()

    async def _converse(self, client: SMTP, message: EmailMessage, address: str) -> None:
        try:
            async with asyncio.timeout(self._bound):
                await _connect(client)
                self._own_name = client.local_hostname
                await _hand_over(client, message, address)
        except TimeoutError as error:
            raise TryLater("The mail server did not answer in time.") from error

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls_from_start,
            start_tls=server.start_tls,
            tls_context=self._tls,
            timeout=self._step,
            local_hostname=self._own_name,
        )


async def _connect(client: SMTP) -> None:
    """Whatever goes wrong before the mail is spoken of is not the mail's fault."""
    try:
        await client.connect()
    except SMTPResponseException as error:
        raise TryLater(f"The mail server turned the connection away: {error.code} {error.message}") from error
    except (SMTPException, OSError, UnicodeError) as error:
        raise TryLater("The mail server cannot be reached.") from error


async def _hand_over(client: SMTP, message: EmailMessage, address: str) -> None:
    try:
        await client.send_message(message, recipients=[address])
    except SMTPHeloError as error:
        raise TryLater(f"The mail server turned the connection away: {error.code} {error.message}") from error
    except SMTPRecipientsRefused as error:
        raise _verdict(error.recipients[0]) from error
    except SMTPResponseException as error:
        raise _verdict(error) from error
    except SMTPNotSupported as error:
        raise Refused("The mail server takes no address with letters outside ASCII before the @.") from error
    except (SMTPException, OSError) as error:
        raise TryLater("The connection to the mail server broke off.") from error


def _verdict(error: SMTPResponseException) -> Refused | TryLater:
    says = f"{error.code} {error.message}"
    return Refused(says) if 500 <= error.code < 600 and error.code not in _ABOUT_US else TryLater(says)


def _tls_context(*, verified: bool) -> ssl.SSLContext:
    """Without credentials STARTTLS is opportunistic (RFC 7435): unverified encryption beats none."""
    context = ssl.create_default_context()
    if not verified:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
