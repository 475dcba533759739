"""What time does by itself: locks end, sessions run out, remembered answers are forgotten."""

from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.transactions import in_transaction

from models.challenge import LIFETIME as CHALLENGE_LIFETIME
from models.challenge import Challenge
from models.idempotency import REMEMBERED_FOR, IdempotencyRecord
from models.invitation import Invitation
from models.mail import Mail, MailState
from models.origin_failure import OriginFailure
from models.password_reset import PasswordReset
from models.past_password import PastPassword
from models.platform import Platform
from models.session import Session, live_condition
from services.actor import Origin
from services.attempts import lift_ended_lock
from services.audit import record
from services.visibility import account, users_of

AT_ONCE = 200
MAILS_KEPT, A_DAY = timedelta(days=30), timedelta(days=1)


async def tidy_up(now: datetime) -> None:
    """Everything here may run in several processes at once."""
    await lift_ended_locks(now)
    await end_sessions_out_of_time(now)
    await IdempotencyRecord.filter(created_at__lte=now - REMEMBERED_FOR).delete()
    await forget_old_mails(now)
    await Challenge.filter(created_at__lte=now - CHALLENGE_LIFETIME).delete()
    await PasswordReset.filter(expires_at__lte=now).delete()
    await forget_past_passwords()
    await OriginFailure.filter(at__lte=now - A_DAY).delete()


async def lift_ended_locks(now: datetime) -> None:
    """So that the lock's end is in the audit trail even if the user never comes back."""
    for policy in await Platform.exclude(lockout_minutes=0):
        over = now - timedelta(minutes=policy.lockout_minutes)
        for user in await users_of(policy.id).filter(locked_at__lte=over).order_by("locked_at").limit(AT_ONCE):
            user.platform = policy
            await lift_ended_lock(user, now)


async def end_sessions_out_of_time(now: datetime) -> None:
    """Each leaves an event, once, whichever process finds it."""
    for policy in await Platform.all():
        over = Session.filter(~live_condition(policy, now), user__platform_id=policy.id)
        sessions = await over.limit(AT_ONCE)
        for user_id in sorted({session.user_id for session in sessions}):
            await _end_sessions_of(user_id, [session.id for session in sessions if session.user_id == user_id], now)


async def _end_sessions_of(user_id: UUID, ids: list[UUID], now: datetime) -> None:
    async with in_transaction():
        user = await account(user_id).select_for_update(no_key=True).first()
        for id in ids:
            if user is not None and await Session.filter(id=id).delete():
                await record(Origin(), "session.expired", user, now=now)


async def forget_past_passwords() -> None:
    """They are remembered only where passwords expire; a policy may have changed."""
    for id in await Platform.filter(password_max_age_days=0).values_list("id", flat=True):
        await PastPassword.filter(user__platform_id=id).delete()


async def forget_old_mails(now: datetime) -> None:
    """Mails are kept for a while; the one that an open invitation shows is kept as long as the invitation."""
    done = Mail.filter(created_at__lte=now - MAILS_KEPT).exclude(state=MailState.QUEUED.value)
    shown = Invitation.filter(mail_id__isnull=False).values("mail_id")
    ids = await done.exclude(id__in=Subquery(shown)).limit(AT_ONCE).values_list("id", flat=True)
    if ids:
        await Mail.filter(id__in=ids).delete()
