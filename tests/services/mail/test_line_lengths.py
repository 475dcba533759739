"""Lines of mails: short enough for every server, whatever names are in them, and read back as they were."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, compat32, default

import pytest

from models.mail import MailKind
from services.mail.kinds import LINKS
from services.mail.plain_text import unlinked
from services.mail.render import MAX_LINE_OCTETS, MailSite, render
from services.vault import Vault
from tests.services.mail.examples import queued
from tests.services.mail.outbox_user import TOKEN
from tests.services.mail.smtp_server import ScriptedServer
from tests.services.mail.test_render import SUBJECTS

HEADER_OCTETS = 78
NAMES = {
    "four octets a letter": "\U00020000" * 100,
    "emoji of several code points": "\U0001f469\u200d\U0001f680" * 33,
    "one word of ASCII": "x" * 100,
    "an accent in every word": "Ünïcode wörds " * 7 + "ö",
    "right to left": "אבג " * 24 + "דה",
    "one letter a word": "\U00020000 " * 49 + "\U00020000",
    "long, then short": "a" * 60 + " " + "ö" * 39,
    "many escapes in HTML": "&'\"<" * 25,
    "many dots": "." * 99 + "a",
    "an encoded word": "=?utf-8?q?http=3A//evil.example?=",
    "what begins a line of a mailbox": "From Anna",
    "a percent sign and a plus": "100% + 5",
}
by_name = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
by_kind = pytest.mark.parametrize("kind", list(MailKind))


def everywhere(name: str) -> dict[str, str]:
    return {
        "first_name": name,
        "full_name": f"{name} {name}",
        "platform": name,
        "inviter": f"{name} {name}",
        "role": name,
    }


def longest(raw: bytes) -> tuple[int, int]:
    """Octets of the longest line of the headers, and of the rest."""
    head, _, body = raw.partition(b"\r\n\r\n")
    return max(map(len, head.split(b"\r\n"))), max(map(len, body.split(b"\r\n")))


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@by_name
@by_kind
def test_no_line_is_too_long_and_the_mail_reads_back(kind: MailKind, name: str, vault: Vault, site: MailSite) -> None:
    message = render(queued(kind, vault, **everywhere(name)), vault=vault, site=site)
    shown = unlinked(name)
    for policy in (SMTP, SMTPUTF8):
        raw = message.as_bytes(policy=policy)
        header, body = longest(raw)
        assert (header <= HEADER_OCTETS, body <= MAX_LINE_OCTETS) == (True, True)
        read = message_from_bytes(raw, policy=default)
        unfolded = message_from_bytes(raw, policy=compat32)["Subject"].replace("\r\n", "")
        subject = str(make_header(decode_header(unfolded)))
        assert b"Subject: \r\n" not in raw
        assert subject == SUBJECTS[kind].replace("Analytical Engines", shown.replace("=?", "= ?"))
        assert str(read["Subject"]) == subject
        text = part(read, "plain")
        assert text.startswith(f"Hello {shown},\n\n")
        assert f"This mail was sent automatically by {shown}." in text
        assert part(read, "html") == part(message, "html")
        assert (f"?token={TOKEN}" in text) == (kind in LINKS)


@by_kind
def test_a_mail_without_long_lines_is_sent_as_it_is(kind: MailKind, vault: Vault, site: MailSite) -> None:
    encodings = {
        (name, part["Content-Transfer-Encoding"])
        for name in ("Ada", "Ådå")
        for part in render(queued(kind, vault, first_name=name), vault=vault, site=site).iter_parts()
    }
    assert encodings == {("Ada", "7bit"), ("Ådå", "8bit")}


@pytest.mark.parametrize("octets", [MAX_LINE_OCTETS, MAX_LINE_OCTETS + 1])
def test_998_octets_are_sent_as_they_are_and_one_more_is_not(octets: int, vault: Vault, site: MailSite) -> None:
    name = "x" * (octets - len("Hello ,"))
    [text, _] = render(queued(MailKind.MFA_ENABLED, vault, first_name=name), vault=vault, site=site).iter_parts()
    assert text["Content-Transfer-Encoding"] == ("7bit" if octets == MAX_LINE_OCTETS else "base64")


@pytest.mark.parametrize("name", [name for name in NAMES.values() if not name.isascii()])
def test_the_name_of_the_sender_reads_back(name: str, vault: Vault) -> None:
    site = MailSite("https://x.org", f'"{name}" <no-reply@example.com>')
    message = render(queued(MailKind.MFA_ENABLED, vault), vault=vault, site=site)
    assert message["From"].addresses[0].addr_spec == "no-reply@example.com"
    for policy in (SMTP, SMTPUTF8):
        raw = message.as_bytes(policy=policy)
        assert longest(raw)[0] <= HEADER_OCTETS
        sender = make_header(decode_header(message_from_bytes(raw, policy=compat32)["From"]))
        assert str(sender) == f"{name} <no-reply@example.com>"


@pytest.mark.anyio
@pytest.mark.parametrize("recipient", ["ada@example.org", "ådå@example.org"])
async def test_over_smtp_no_line_is_too_long_either(
    recipient: str, vault: Vault, site: MailSite, server: ScriptedServer, transport: object
) -> None:
    name = NAMES["four octets a letter"]
    mail = queued(MailKind.INVITATION, vault, recipient=recipient, **everywhere(name))
    await transport.send(render(mail, vault=vault, site=site), recipient)
    [received] = server.received
    header, body = longest(received.raw)
    assert (header <= HEADER_OCTETS, body <= MAX_LINE_OCTETS) == (True, True)
    assert received.message["Subject"] == f"You are invited to {name}"
    assert f"{name} {name} has invited you to {name}." in received.part("plain")
