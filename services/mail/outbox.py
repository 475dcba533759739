"""Putting mails into the outbox and taking them back, inside the transaction that causes them."""

from datetime import datetime
from uuid import UUID, uuid4

from models.invitation import Invitation
from models.mail import Mail, MailKind, MailState
from models.user import User
from services.mail.kinds import ALWAYS, FACTS, LINKS
from services.vault import Vault

WITHDRAWN = "Withdrawn: the link inside had ended before the mail was sent."


async def enqueue(
    user: User,
    kind: MailKind,
    *,
    now: datetime,
    facts: dict[str, str] | None = None,
    token: str | None = None,
    vault: Vault | None = None,
    recipient: str | None = None,
) -> Mail:
    """Writes a mail that is due at once, to the user's own address unless `recipient` says otherwise.

    `services.mail.kinds` lists the facts of each kind: moments are worded by the caller ("2026-11-22 09:00 UTC"),
    names are given as they are. Kinds with a link need `token` and the `vault` that seals it.
    Raises ValueError where something needed is missing: the caller's mistake.
    """
    return await Mail.create(
        id=uuid4(),
        user_id=user.id,
        kind=kind.value,
        recipient=recipient or user.email,
        facts=await _complete_facts(user, kind, facts or {}),
        sealed_token=_sealed(kind, token, vault),
        created_at=now,
        due_at=now,
    )


async def withdraw(user_id: UUID, *kinds: MailKind) -> None:
    """Takes back what is still queued of these kinds: a dead link must not be sent.

    The rows stay, without their secrets, for they count in `sent_since`; the invitation no longer shows them.
    """
    queued = Mail.filter(user_id=user_id, kind__in=[kind.value for kind in kinds], state=MailState.QUEUED.value)
    ids = [mail.id for mail in await queued.only("id")]
    if ids:
        await Invitation.filter(mail_id__in=ids).update(mail_id=None)
        await Mail.filter(id__in=ids, state=MailState.QUEUED.value).update(
            state=MailState.FAILED.value, sealed_token=None, last_error=WITHDRAWN
        )


async def sent_since(user_id: UUID, kind: MailKind, since: datetime) -> list[datetime]:
    """When mails of this kind were queued for the user after `since`, earliest first, withdrawn ones included."""
    mails = Mail.filter(user_id=user_id, kind=kind.value, created_at__gt=since).order_by("created_at")
    return [mail.created_at for mail in await mails.only("id", "created_at")]


def _sealed(kind: MailKind, token: str | None, vault: Vault | None) -> str | None:
    if kind not in LINKS and token is None:
        return None
    if kind not in LINKS or token is None or vault is None:
        raise ValueError(f"a mail of kind {kind} {'needs' if kind in LINKS else 'has no'} token and vault")
    return vault.seal(token)


async def _complete_facts(user: User, kind: MailKind, given: dict[str, str]) -> dict[str, str]:
    facts = {"first_name": user.first_name, "full_name": user.full_name, **given}
    if "platform" not in facts:
        facts["platform"] = (await user.platform).name
    missing = [name for name in (*ALWAYS, *FACTS[kind]) if name not in facts]
    if missing:
        raise ValueError(f"a mail of kind {kind} needs the facts {missing}")
    return facts
