"""A mail as a message: text and HTML from templates, headers that no name can change."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from models.mail import Mail, MailKind
from services.mail.addresses import wire_address
from services.mail.headers import MESSAGE_POLICY
from services.mail.kinds import ADDRESSES, LINKS, OURS
from services.mail.outcomes import Refused
from services.mail.plain_text import one_line, shown_address, unlinked
from services.vault import Vault

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(["html"]),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


MAX_LINE_OCTETS = 998
"""Without CRLF (RFC 5322, 2.1.1): servers may refuse a longer line for good."""


@dataclass(frozen=True)
class MailSite:
    """`frontend_url`: where links lead. `sender`: the address of From, with or without a name before it."""

    frontend_url: str
    sender: str

    def __post_init__(self) -> None:
        """Raises ValueError for a sender that is not one address."""
        try:
            self.mailbox()
        except (Refused, ValueError) as error:
            raise ValueError("the sender of mails must be one e-mail address") from error

    def mailbox(self) -> Address:
        """The sender as a header holds it."""
        [(name, address)] = getaddresses([self.sender])
        return _mailbox(wire_address(address), name)


def render(mail: Mail, *, vault: Vault, site: MailSite) -> EmailMessage:
    """The message, the same at every try. The first line of a text template is the subject.

    Raises ValueError where the token cannot be opened, Refused where the recipient is not one address.
    """
    facts = {name: _harmless(name, str(value)) for name, value in mail.facts.items()}
    if mail.kind in LINKS:
        facts["link"] = _link(mail, vault, site)
    subject, _, text = _TEMPLATES.get_template(f"{mail.kind}.txt").render(facts).partition("\n\n")
    page = _TEMPLATES.get_template(f"{mail.kind}.html").render(facts)
    message = _addressed(mail, site)
    message["Subject"] = _literal(one_line(subject.removeprefix("Subject:")))
    message.set_content(text, cte=_encoding(text))
    message.add_alternative(page, subtype="html", cte=_encoding(page))
    return message


def _addressed(mail: Mail, site: MailSite) -> EmailMessage:
    sender = site.mailbox()
    message = EmailMessage(policy=MESSAGE_POLICY)
    message["From"] = sender
    message["To"] = _mailbox(wire_address(mail.recipient))
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{mail.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps out-of-office replies away
    return message


def _mailbox(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


def _link(mail: Mail, vault: Vault, site: MailSite) -> str:
    if mail.sealed_token is None:
        raise ValueError("the mail's token is gone")
    token = vault.open(mail.sealed_token)
    return f"{site.frontend_url.rstrip('/')}/{LINKS[MailKind(mail.kind)]}?token={quote(token, safe='')}"


def _harmless(name: str, value: str) -> str:
    if name in OURS:
        return one_line(value)
    return shown_address(value) if name in ADDRESSES else unlinked(value)


def _encoding(text: str) -> str:
    """As it is, which keeps links on one line, unless a line is longer than mail servers have to take."""
    if any(len(line.encode()) > MAX_LINE_OCTETS for line in text.splitlines()):
        return "base64"
    return "7bit" if text.isascii() else "8bit"


def _literal(subject: str) -> str:
    """A name like `=?utf-8?q?x?=` would be read as an encoded word (RFC 2047), and show as something else."""
    return subject.replace("=?", "= ?")
