import os
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from models.mail import MailKind
from services.mail.render import MailSite, render
from services.mail.transport import FileTransport, TryLater
from services.vault import Vault
from tests.services.mail.examples import queued
from tests.services.mail.outbox_user import TOKEN

pytestmark = pytest.mark.anyio

NAME = "20261122-120000-11111111-2222-3333-4444-555555555555.eml"


async def test_a_mail_becomes_a_private_file_and_its_link_is_announced(
    tmp_path: Path, vault: Vault, site: MailSite
) -> None:
    said: list[str] = []
    folder = tmp_path / "var" / "mails"
    message = render(queued(MailKind.INVITATION, vault), vault=vault, site=site)

    await FileTransport(folder, said.append).send(message, "ada@example.org")

    link = f"https://app.example.com/accept-invitation?token={TOKEN}"
    subject = "You are invited to Analytical Engines"
    assert said == [f"Mail to ada@example.org: {subject}\n  {link}\n  {folder / NAME}"]
    assert os.listdir(folder) == [NAME]
    assert (folder / NAME).stat().st_mode & 0o777 == 0o600
    assert message_from_bytes((folder / NAME).read_bytes(), policy=default)["To"] == "ada@example.org"


async def test_a_second_try_replaces_the_file_and_a_notice_has_no_link(
    tmp_path: Path, vault: Vault, site: MailSite
) -> None:
    said: list[str] = []
    message = render(queued(MailKind.MFA_ENABLED, vault, "ådå@example.org"), vault=vault, site=site)
    transport = FileTransport(tmp_path, said.append)

    await transport.send(message, "ådå@example.org")
    await transport.send(message, "ådå@example.org")

    assert os.listdir(tmp_path) == [NAME]
    subject = "Two-step sign-in for Analytical Engines is on"
    assert said == [f"Mail to ådå@example.org: {subject}\n  {tmp_path / NAME}"] * 2


async def test_a_folder_that_cannot_be_made_is_tried_again_later(tmp_path: Path, vault: Vault, site: MailSite) -> None:
    (tmp_path / "file").write_text("in the way")
    message = render(queued(MailKind.MFA_ENABLED, vault), vault=vault, site=site)

    with pytest.raises(TryLater, match="The mail's file cannot be written"):
        await FileTransport(tmp_path / "file", print).send(message, "ada@example.org")
