from datetime import timedelta
from uuid import uuid4

import pytest
from tortoise.transactions import in_transaction

from models.invitation import Invitation
from models.mail import Mail, MailKind, MailState
from models.user import User
from services.mail.outbox import enqueue, sent_since, withdraw
from services.vault import Vault
from tests.services.mail.outbox_user import NOON, TOKEN, queue_invitation, queue_notice, stored

pytestmark = pytest.mark.anyio


async def test_a_queued_mail_is_due_at_once_and_holds_its_facts_and_a_sealed_token(user: User, vault: Vault) -> None:
    mail = await stored(await queue_invitation(user, vault))

    assert (mail.kind, mail.state, mail.attempts) == ("invitation", "QUEUED", 0)
    assert (mail.recipient, mail.created_at, mail.due_at) == ("ada@example.org", NOON, NOON)
    assert mail.facts == {
        "first_name": "Ada",
        "full_name": "Ada Lovelace",
        "platform": "Analytical Engines",
        "inviter": "Charles Babbage",
        "expires_at": "2026-11-25 12:00 UTC",
    }
    assert TOKEN not in str(mail.sealed_token)
    assert vault.open(str(mail.sealed_token)) == TOKEN


async def test_a_mail_rolls_back_with_its_transaction(user: User) -> None:
    async def notice_in_vain() -> None:
        async with in_transaction():
            await queue_notice(user)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await notice_in_vain()

    assert await Mail.all().count() == 0


async def test_a_mail_can_go_to_another_address(user: User) -> None:
    facts = {"old_email": "old@example.org", "new_email": "ada@example.org"}

    mail = await enqueue(user, MailKind.ADDRESS_CHANGED, now=NOON, facts=facts, recipient="old@example.org")

    assert (await stored(mail)).recipient == "old@example.org"


@pytest.mark.parametrize(
    ("kind", "facts", "token"),
    [
        (MailKind.ROLE_CHANGED, {}, None),
        (MailKind.INVITATION, {"inviter": "", "expires_at": "soon"}, None),
        (MailKind.MFA_ENABLED, {}, TOKEN),
    ],
)
async def test_a_mail_without_what_its_kind_needs_is_not_written(
    user: User, vault: Vault, kind: MailKind, facts: dict[str, str], token: str | None
) -> None:
    with pytest.raises(ValueError, match=f"a mail of kind {kind}"):
        await enqueue(user, kind, now=NOON, facts=facts, token=token, vault=vault)

    assert await Mail.all().count() == 0


async def test_a_withdrawn_mail_loses_its_secret_and_its_invitation_but_still_counts(user: User, vault: Vault) -> None:
    mail, notice = await queue_invitation(user, vault), await queue_notice(user)
    invitation = await Invitation.create(id=uuid4(), user_id=user.id, mail_id=mail.id, sent_at=NOON, expires_at=NOON)

    await withdraw(user.id, MailKind.INVITATION, MailKind.PASSWORD_RESET)

    mail = await stored(mail)
    assert mail.state == "FAILED"
    assert mail.sealed_token is None
    assert mail.last_error == "Withdrawn: the link inside had ended before the mail was sent."
    assert await Invitation.filter(id=invitation.id, mail_id__isnull=True).exists()
    assert (await stored(notice)).state == MailState.QUEUED
    assert await sent_since(user.id, MailKind.INVITATION, NOON - timedelta(hours=1)) == [NOON]


async def test_a_sent_mail_is_not_withdrawn(user: User, vault: Vault) -> None:
    mail = await queue_invitation(user, vault)
    await Mail.filter(id=mail.id).update(state=MailState.SENT.value)

    await withdraw(user.id, MailKind.INVITATION)

    assert (await stored(mail)).state == MailState.SENT


async def test_mails_are_counted_by_user_kind_and_time(user: User, vault: Vault) -> None:
    for minutes in (50, 0, 61, 60):
        await queue_invitation(user, vault, now=NOON - timedelta(minutes=minutes))
    await queue_notice(user)

    times = await sent_since(user.id, MailKind.INVITATION, NOON - timedelta(hours=1))

    assert times == [NOON - timedelta(minutes=50), NOON]
    assert await sent_since(uuid4(), MailKind.INVITATION, NOON - timedelta(hours=1)) == []
