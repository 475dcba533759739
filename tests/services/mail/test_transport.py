"""What the server says decides whether a mail is tried again."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest

from models.mail import MailKind
from services.mail.render import MailSite, render
from services.mail.transport import Refused, SmtpTransport, TryLater
from services.vault import Vault
from tests.running import PATIENCE
from tests.services.mail.examples import queued
from tests.services.mail.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

NEVER = 10 * PATIENCE
"""Seconds; a bound that does not end a wait before the test does."""


@pytest.fixture
def message(vault: Vault, site: MailSite) -> EmailMessage:
    return render(queued(MailKind.INVITATION, vault), vault=vault, site=site)


async def test_only_the_recipient_named_gets_the_mail_whatever_the_headers_say(
    transport: SmtpTransport, server: ScriptedServer, message: EmailMessage
) -> None:
    message.replace_header("To", "victim@example.org, attacker@example.net")
    message["Cc"] = "third@example.net"
    message["Bcc"] = "fourth@example.net"

    await transport.send(message, "ada@example.org")

    [received] = server.received
    assert received.recipients == ["ada@example.org"]
    assert received.sender == "no-reply@example.com"
    assert received.message["Bcc"] is None


async def test_a_list_of_recipients_reaches_nobody(
    transport: SmtpTransport, server: ScriptedServer, message: EmailMessage
) -> None:
    with pytest.raises(Refused, match="This is not one e-mail address"):
        await transport.send(message, "victim@example.org, attacker@example.net")

    assert server.tries == 0


@pytest.mark.parametrize("reply", ["550 5.1.1 no such mailbox", "552 mailbox full"])
async def test_a_recipient_refused_for_good_is_refused(
    transport: SmtpTransport, server: ScriptedServer, message: EmailMessage, reply: str
) -> None:
    server.rcpt = [reply]

    with pytest.raises(Refused) as refusal:
        await transport.send(message, "ada@example.org")

    assert refusal.value.reason == reply


async def test_content_refused_for_good_is_refused(
    transport: SmtpTransport, server: ScriptedServer, message: EmailMessage
) -> None:
    server.data = ["554 looks like spam"]

    with pytest.raises(Refused) as refusal:
        await transport.send(message, "ada@example.org")

    assert refusal.value.reason == "554 looks like spam"


async def test_refusals_for_now_and_those_of_our_own_sign_in_are_tried_again(
    transport: SmtpTransport, server: ScriptedServer, message: EmailMessage
) -> None:
    server.rcpt = ["450 4.2.0 greylisted", "530 5.7.0 authentication required", "421 shutting down", "999 what?"]

    reasons = []
    for _ in range(4):
        with pytest.raises(TryLater) as refusal:
            await transport.send(message, "ada@example.org")
        reasons.append(refusal.value.reason)

    assert reasons == [
        "450 4.2.0 greylisted",
        "530 5.7.0 authentication required",
        "421 shutting down",
        "999 what?",
    ]


async def test_a_connection_that_breaks_off_after_the_content_is_tried_again(
    transport: SmtpTransport, server: ScriptedServer, message: EmailMessage
) -> None:
    server.data = [ScriptedServer.DROP]

    with pytest.raises(TryLater) as refusal:
        await transport.send(message, "ada@example.org")

    assert refusal.value.reason == "The connection to the mail server broke off."


async def test_a_server_that_is_down_is_tried_again_and_does_not_show_where_it_is(
    transport: SmtpTransport, server: ScriptedServer, message: EmailMessage
) -> None:
    await server.stop()

    with pytest.raises(TryLater) as refusal:
        await transport.send(message, "ada@example.org")

    assert refusal.value.reason == "The mail server cannot be reached."


@pytest.fixture
async def talker(anyio_backend: str) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that says what a test puts into the list, then keeps silent."""
    lines: list[bytes] = []
    over = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in lines:
            writer.write(line)
        await over.wait()
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield listening.sockets[0].getsockname()[1], lines
    over.set()
    listening.close()
    await listening.wait_closed()


@pytest.mark.parametrize(("step", "bound"), [(0.2, NEVER), (NEVER, 0.2)])
async def test_a_server_that_never_greets_is_left_within_the_bound(
    talker: tuple[int, list[bytes]], message: EmailMessage, step: float, bound: float
) -> None:
    transport = SmtpTransport(f"smtp://127.0.0.1:{talker[0]}", step_seconds=step, bound_seconds=bound)
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(TryLater):
            await transport.send(message, "ada@example.org")


async def test_a_server_that_greets_with_a_refusal_is_tried_again(
    talker: tuple[int, list[bytes]], message: EmailMessage
) -> None:
    talker[1].append(b"554 no service here\r\n")

    with pytest.raises(TryLater) as refusal:
        await SmtpTransport(f"smtp://127.0.0.1:{talker[0]}").send(message, "ada@example.org")

    assert refusal.value.reason == "The mail server turned the connection away: 554 no service here"


async def test_letters_outside_ascii_before_the_at_sign_need_a_server_that_takes_them(
    transport: SmtpTransport, server: ScriptedServer, vault: Vault, site: MailSite
) -> None:
    message = render(queued(MailKind.MFA_ENABLED, vault, "åda@bücher.example"), vault=vault, site=site)
    await transport.send(message, "åda@bücher.example")
    server.smtputf8 = False

    with pytest.raises(Refused) as refusal:
        await transport.send(message, "åda@bücher.example")

    assert refusal.value.reason == "The mail server takes no address with letters outside ASCII before the @."
    [received] = server.received
    assert received.recipients == ["åda@xn--bcher-kva.example"]
    assert "SMTPUTF8" in received.options
    assert "\r\nTo: åda@xn--bcher-kva.example\r\n".encode() in received.raw


async def test_an_international_domain_needs_nothing_of_the_server(
    transport: SmtpTransport, server: ScriptedServer, vault: Vault, site: MailSite
) -> None:
    server.smtputf8 = False
    message = render(queued(MailKind.MFA_ENABLED, vault, "ada@bücher.example"), vault=vault, site=site)

    await transport.send(message, "ada@bücher.example")

    assert server.received[0].recipients == ["ada@xn--bcher-kva.example"]
