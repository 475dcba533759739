from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from models.mail import MailKind
from services.mail.kinds import FACTS, LINKS
from services.mail.outcomes import Refused
from services.mail.render import MailSite, render
from services.vault import Vault
from tests.services.mail.examples import EXAMPLES, ID, queued
from tests.services.mail.outbox_user import TOKEN

SUBJECTS = {
    MailKind.INVITATION: "You are invited to Analytical Engines",
    MailKind.PASSWORD_RESET: "Choose a new password for Analytical Engines",
    MailKind.PASSWORD_CHANGED: "Your password for Analytical Engines was changed",
    MailKind.ADDRESS_CHANGED: "Your e-mail address for Analytical Engines was changed",
    MailKind.MFA_ENABLED: "Two-step sign-in for Analytical Engines is on",
    MailKind.MFA_DISABLED: "Two-step sign-in for Analytical Engines is off",
    MailKind.RECOVERY_CODE_USED: "A recovery code for Analytical Engines was used",
    MailKind.ACCOUNT_LOCKED: "Your account at Analytical Engines is locked",
    MailKind.ROLE_CHANGED: "Your role at Analytical Engines was changed",
}


def parts(message: EmailMessage) -> tuple[str, str]:
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    return text.get_content().replace("\r\n", "\n"), page.get_content()


def on_the_wire(message: EmailMessage) -> EmailMessage:
    """As a receiver reads it."""
    return message_from_bytes(message.as_bytes(policy=SMTP), policy=default)


@pytest.mark.parametrize("kind", list(MailKind))
def test_every_kind_has_a_subject_and_both_parts_with_its_facts(kind: MailKind, vault: Vault, site: MailSite) -> None:
    message = on_the_wire(render(queued(kind, vault), vault=vault, site=site))
    text, page = parts(message)

    assert message["Subject"] == SUBJECTS[kind]
    assert message.get_content_type() == "multipart/alternative"
    assert text.startswith("Hello Ada,\n\n")
    assert "<p>Hello <bdi>Ada</bdi>,</p>" in page
    for name in FACTS[kind]:
        assert EXAMPLES[name] in text
        assert EXAMPLES[name] in page
    assert "{{" not in text + page
    assert "\n\n\n" not in text
    assert ("http" in text) == (kind in LINKS)


def test_the_headers_are_made_of_the_row(vault: Vault, site: MailSite) -> None:
    message = on_the_wire(render(queued(MailKind.MFA_ENABLED, vault), vault=vault, site=site))

    assert {name: str(value) for name, value in message.items()} | {"Content-Type": ""} == {
        "From": "Rollcall <no-reply@example.com>",
        "To": "ada@example.org",
        "Date": "Sun, 22 Nov 2026 12:00:00 +0000",
        "Message-ID": "<11111111-2222-3333-4444-555555555555@example.com>",
        "Auto-Submitted": "auto-generated",
        "Subject": "Two-step sign-in for Analytical Engines is on",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }


@pytest.mark.parametrize(
    ("kind", "path"), [(MailKind.INVITATION, "accept-invitation"), (MailKind.PASSWORD_RESET, "reset-password")]
)
def test_the_link_leads_to_the_frontend(kind: MailKind, path: str, vault: Vault) -> None:
    site = MailSite("https://app.example.com/people/", "no-reply@example.com")

    text, page = parts(render(queued(kind, vault), vault=vault, site=site))

    link = f"https://app.example.com/people/{path}?token={TOKEN}"
    assert f"\n{link}\n" in text
    assert f'<a href="{link}"' in page


def test_the_link_is_whole_in_the_raw_message(vault: Vault, site: MailSite) -> None:
    raw = render(queued(MailKind.INVITATION, vault, first_name="Ådå"), vault=vault, site=site).as_bytes()

    assert f"\r\nhttps://app.example.com/accept-invitation?token={TOKEN}\r\n".encode() in raw


def test_an_invitation_by_nobody_and_a_lock_without_end_read_well(vault: Vault, site: MailSite) -> None:
    invitation, _ = parts(render(queued(MailKind.INVITATION, vault, inviter=""), vault=vault, site=site))
    lock, _ = parts(render(queued(MailKind.ACCOUNT_LOCKED, vault, ends_at=""), vault=vault, site=site))

    assert "You have been invited to Analytical Engines." in invitation
    assert "An administrator of Analytical Engines can unlock it." in lock


ATTACK = "Eve\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script> http://evil.example \u202egro.kcatta"


@pytest.mark.parametrize("kind", list(MailKind))
def test_a_name_changes_no_header_and_brings_in_no_markup_and_no_link(
    kind: MailKind, vault: Vault, site: MailSite
) -> None:
    names = {"first_name": ATTACK, "full_name": ATTACK, "platform": ATTACK, "inviter": ATTACK, "role": ATTACK}
    plain = on_the_wire(render(queued(kind, vault), vault=vault, site=site))

    message = on_the_wire(render(queued(kind, vault, **names), vault=vault, site=site))

    text, page = parts(message)
    assert message.keys() == plain.keys()
    assert (message["To"], message["From"]) == (plain["To"], plain["From"])
    assert "evil.example" not in text + page + message["Subject"]
    assert "http://" not in text + page + message["Subject"]
    assert "\u202e" not in text + page + message["Subject"]
    assert "\nBcc" not in text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_recipient_that_is_a_list_is_refused(vault: Vault, site: MailSite) -> None:
    for recipient in ("victim@example.org, attacker@example.net", "victim@example.org\r\nBcc: x@example.net", "ada"):
        with pytest.raises(Refused, match="not one e-mail address"):
            render(queued(MailKind.MFA_ENABLED, vault, recipient=recipient), vault=vault, site=site)


def test_an_international_domain_is_written_in_ascii(vault: Vault, site: MailSite) -> None:
    message = render(queued(MailKind.MFA_ENABLED, vault, recipient="ada@bücher.example"), vault=vault, site=site)

    assert on_the_wire(message)["To"] == "ada@xn--bcher-kva.example"


def test_long_addresses_stay_whole(vault: Vault) -> None:
    site = MailSite("https://x.org", f"no-reply@{'a' * 60}.{'b' * 60}.example")
    recipient = f"{'c' * 64}@{'d' * 60}.{'e' * 60}.example"

    message = on_the_wire(render(queued(MailKind.MFA_ENABLED, vault, recipient=recipient), vault=vault, site=site))

    assert message["To"].addresses[0].addr_spec == recipient
    assert message["Message-ID"] == f"<{ID}@{'a' * 60}.{'b' * 60}.example>"


def test_a_site_whose_sender_is_not_one_address_cannot_be_made() -> None:
    for sender in ("", "Rollcall", "Rollcall, Inc <x@example.com>", "a@example.com, b@example.com"):
        with pytest.raises(ValueError, match="the sender of mails must be one e-mail address"):
            MailSite("https://x.org", sender)


def test_a_token_under_an_unknown_key_is_an_error(vault: Vault, site: MailSite) -> None:
    with pytest.raises(ValueError, match="sealed under a key"):
        render(queued(MailKind.INVITATION, Vault(["another key"])), vault=vault, site=site)
