"""`rollcall mail-sink`: a mail server for development that keeps nothing and delivers nowhere."""

import asyncio
import re
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Annotated, Any

import typer

LINK = re.compile(r"https?://\S+")


def mail_sink(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 1025,
) -> None:
    """Take every mail and print it in short: a mail server for development. Ctrl-C ends it."""
    with suppress(KeyboardInterrupt):
        asyncio.run(listen(host, port))


async def listen(host: str, port: int) -> None:
    """Until cancelled. Port 0 is any free one; the first line says which."""
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Printing(), enable_SMTPUTF8=True, loop=loop), host, port)
    for socket in server.sockets:
        address, bound = socket.getsockname()[:2]
        print(f"Mails to smtp://{f'[{address}]' if ':' in address else address}:{bound} are printed here.", flush=True)
    async with server:
        await server.serve_forever()


class Printing:
    """aiosmtpd's handler."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        print(in_short(envelope.mail_from, envelope.rcpt_tos, envelope.content), flush=True)
        return "250 OK"


def in_short(sender: str, recipients: list[str], content: bytes) -> str:
    """Sender, recipients, subject and the first link; control characters of strangers do not reach the terminal."""
    from services.mail.plain_text import one_line

    message: EmailMessage = message_from_bytes(content, policy=default)
    part = message.get_body(("plain", "html"))
    link = LINK.search(part.get_content() if part is not None else "")
    facts = {"From": sender, "To": ", ".join(recipients), "Subject": message["Subject"] or ""}
    if link is not None:
        facts["Link"] = link[0]
    return "".join(f"{name:<8} {one_line(text)}\n" for name, text in facts.items())
