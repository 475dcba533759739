"""What time does by itself: locks end, sessions run out, remembered answers are forgotten."""

from datetime import datetime, timedelta

from tortoise.expressions import Q

from models.challenge import LIFETIME as CHALLENGE_LIFETIME
from models.challenge import Challenge
from models.idempotency import REMEMBERED_FOR, IdempotencyRecord
from models.lockout import is_locked
from models.mail import Mail, MailState
from models.origin_failure import OriginFailure
from models.password_reset import PasswordReset
from models.platform import Platform
from models.session import NO_LIMIT, Session
from services.attempts import lift_ended_lock
from services.visibility import everybody

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
    await OriginFailure.filter(at__lte=now - A_DAY).delete()


async def lift_ended_locks(now: datetime) -> None:
    """So that the lock's end is in the audit trail even if the user never comes back."""
    for user in await everybody().filter(locked_at__isnull=False).select_related("platform").limit(AT_ONCE):
        if not is_locked(user, user.platform, now):
            await lift_ended_lock(user, now)


async def end_sessions_out_of_time(now: datetime) -> None:
    for policy in await Platform.all():
        idle = timedelta(minutes=policy.session_idle_minutes) or NO_LIMIT
        absolute = timedelta(hours=policy.session_hours) or NO_LIMIT
        over = Q(last_seen_at__lte=now - idle) | Q(created_at__lte=now - absolute)
        ids = await Session.filter(over, user__platform_id=policy.id).limit(AT_ONCE).values_list("id", flat=True)
        if ids:
            await Session.filter(id__in=ids).delete()


async def forget_old_mails(now: datetime) -> None:
    """Mails are kept for a while for `invitation.delivery` and for who looks into the outbox."""
    done = Mail.filter(created_at__lte=now - MAILS_KEPT).exclude(state=MailState.QUEUED.value)
    ids = await done.limit(AT_ONCE).values_list("id", flat=True)
    if ids:
        await Mail.filter(id__in=ids).delete()
