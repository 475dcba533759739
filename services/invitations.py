"""Invitations: made with the user, replaced by resending, dead with the account."""

from datetime import datetime, timedelta
from math import ceil
from uuid import UUID, uuid4

from models.audit_event import AuditEvent
from models.invitation import Invitation
from models.mail import Mail, MailKind
from models.platform import Platform
from models.user import User
from services.actor import Actor
from services.changing import changing
from services.mail.outbox import enqueue, sent_since, withdraw
from services.policy import UserAction
from services.refusals import RateLimited
from services.tokens import new_token, token_hash
from services.vault import Vault

AN_HOUR = timedelta(hours=1)
AN_HOUR_AT_MOST = 5
"""Invitations to one user."""

INVITING = ("user.added", "user.invitation_resent", "user.email_changed")
"""Events whose actor is named in an invitation's mail."""

AT_ONCE = 500


async def resend_invitation(actor: Actor, user_id: UUID, *, now: datetime, vault: Vault) -> User:
    """Sends a new link; earlier ones die. Raises NotInvited, or RateLimited after five within an hour."""
    async with changing(actor, user_id, UserAction.RESEND_INVITATION, "user.invitation_resent", now=now) as editing:
        invitation = await Invitation.filter(user_id=user_id).first()
        editing.note("invitationSentAt", invitation.sent_at if invitation else None, now)
        await invite(editing.user, editing.actor, now=now, vault=vault)
    return editing.user


async def invite(user: User, inviter: Actor, *, now: datetime, vault: Vault) -> Invitation:
    """Gives the user a fresh link and queues its mail, in the caller's transaction; the row is locked or new."""
    await _respect_limit(user, now)
    await withdraw(user.id, MailKind.INVITATION)
    token = new_token()
    platform: Platform = inviter.platform
    invitation = await Invitation.filter(user_id=user.id).first() or Invitation(
        id=uuid4(), user_id=user.id, times_sent=0
    )
    expires_at = now + timedelta(hours=platform.invitation_hours)
    mail = await enqueue(
        user,
        MailKind.INVITATION,
        now=now,
        token=token,
        vault=vault,
        facts={
            "platform": platform.name,
            "inviter": inviter.user.full_name,
            "expires_at": f"{expires_at:%Y-%m-%d %H:%M} UTC",
        },
    )
    invitation.token_hash, invitation.sent_at, invitation.expires_at = token_hash(token), now, expires_at
    invitation.times_sent += 1
    invitation.invited_by_id, invitation.mail_id = inviter.id, mail.id
    await invitation.save()
    return invitation


async def kill_invitation(user_id: UUID, now: datetime) -> None:
    """Ends the link and takes back a mail that has not left yet; the invitation then says that it expired."""
    invitation = await Invitation.filter(user_id=user_id).first()
    if invitation is not None:
        invitation.kill(now)
        await invitation.save(update_fields=["token_hash", "expires_at"])
    await withdraw(user_id, MailKind.INVITATION)


async def forget_inviter(user: User) -> None:
    """Takes a person's name out of the invitations that the person sent, in the caller's transaction.

    The invitations come before their mails, as in `invite`, so that the two never wait for each other.
    """
    invited = AuditEvent.filter(actor_id=user.id, type__in=INVITING, target_id__isnull=False)
    ids = set(await invited.values_list("target_id", flat=True))
    ids |= set(await Invitation.filter(invited_by_id=user.id).values_list("user_id", flat=True))
    await Invitation.filter(invited_by_id=user.id).update(invited_by_id=None)
    for start in range(0, len(ids), AT_ONCE):
        some = sorted(ids)[start : start + AT_ONCE]
        mails = await Mail.filter(user_id__in=some, kind=MailKind.INVITATION.value).order_by("id")
        for mail in mails:
            mail.facts = mail.facts | {"inviter": ""}
        if mails:
            await Mail.bulk_update(mails, ["facts"])


async def _respect_limit(user: User, now: datetime) -> None:
    times = await sent_since(user.id, MailKind.INVITATION, now - AN_HOUR)
    if len(times) >= AN_HOUR_AT_MOST:
        wait = times[-AN_HOUR_AT_MOST] + AN_HOUR - now
        raise RateLimited(
            retry_after=ceil(wait.total_seconds()), message="This user was invited five times within the last hour."
        )
