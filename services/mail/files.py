"""Mails as files, for a machine without a mail server."""

import asyncio
import os
import re
import secrets
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path

from services.mail.outcomes import TryLater

_LINK = re.compile(r"https?://\S+")


class FileTransport:
    """Writes `.eml` files that only their owner may read, and announces each: the link is a secret."""

    def __init__(self, folder: Path, announce: Callable[[str], None]) -> None:
        self._folder = folder
        self._announce = announce

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """A second try replaces the file of the first. Raises TryLater where it cannot be written."""
        path = self._folder / _file_name(message)
        policy = SMTP if recipient.isascii() else SMTPUTF8
        try:
            await asyncio.to_thread(_write, path, message.as_bytes(policy=policy))
        except OSError as error:
            raise TryLater("The mail's file cannot be written.") from error
        lines = [f"Mail to {recipient}: {message['Subject']}", *_first_link(message), str(path)]
        self._announce("\n  ".join(lines))


def _file_name(message: EmailMessage) -> str:
    """Files sort by the time at which the mail was queued."""
    identity = re.sub(r"[^\w-]", "", message["Message-ID"].partition("@")[0])
    return f"{message['Date'].datetime:%Y%m%d-%H%M%S}-{identity}.eml"


def _first_link(message: EmailMessage) -> list[str]:
    part = message.get_body(("plain",))
    return _LINK.findall(part.get_content() if part else "")[:1]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    os.replace(draft, path)
