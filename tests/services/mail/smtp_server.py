"""A real SMTP server in the test's own loop, whose replies a test can write."""

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class Received:
    """What a server took: the envelope and the message."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    options: list[str]
    raw: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def mail_id(self) -> str:
        """The row of the outbox, which the Message-ID is made of."""
        return str(self.message["Message-ID"]).strip("<").partition("@")[0]

    def part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass
class ScriptedServer:
    """Each list holds the next replies to that command; an empty list accepts. `DROP` hangs up instead."""

    DROP = "drop"

    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    tries: int = 0
    smtputf8: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    sign_ins: list[tuple[bytes, bytes]] = field(default_factory=list)
    port: int = 0
    _listening: asyncio.Server | None = None

    async def start(self) -> None:
        """On a free port, after that always on the same one."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._protocol, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._listening is not None:
            self._listening.close()
            await self._listening.wait_closed()
            self._listening = None

    def ids(self) -> list[str]:
        return [received.message["Message-ID"] for received in self.received]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self.data.pop(0) if self.data else "250 OK"
        assert isinstance(envelope.content, bytes)
        if reply.startswith("250"):
            message = message_from_bytes(envelope.content, policy=default)
            self.received.append(
                Received(envelope.mail_from or "", envelope.rcpt_tos, message, envelope.mail_options, envelope.content)
            )
            self.arrived.set()
        if reply == self.DROP:
            assert server.transport is not None
            server.transport.close()
        return reply

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.sign_ins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)

    def _protocol(self) -> SMTP:
        return SMTP(self, hostname="mail.test", enable_SMTPUTF8=self.smtputf8, **self.options)
