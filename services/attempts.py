"""Failed attempts and the lock: counted and checked in one statement, before anything is compared."""

from datetime import datetime

from tortoise import connections
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from models.lockout import is_locked, lock_ends_at
from models.mail import MailKind
from models.user import User
from services.actor import Origin
from services.audit import record
from services.mail.outbox import enqueue
from services.visibility import account

COUNT = {
    "postgres": "UPDATE users SET failed_sign_ins = failed_sign_ins + 1 WHERE id = $1 "
    "RETURNING failed_sign_ins, locked_at",
    "sqlite": "UPDATE users SET failed_sign_ins = failed_sign_ins + 1 WHERE id = ? "
    "RETURNING failed_sign_ins, locked_at",
}
"""Tortoise writes no RETURNING."""


async def count_attempt(user: User, now: datetime) -> bool:
    """Counts an attempt as failed and says whether it may be checked at all; a success takes it back.

    So of fifty guesses at once no more are checked than the policy's threshold. What began before an unlock was
    counted before it, so it cannot lock the account again.
    """
    await lift_ended_lock(user, now)
    database = connections.get("default")
    rows = await database.execute_query_dict(COUNT[database.capabilities.dialect], [str(user.id)])
    threshold = user.platform.lockout_threshold
    return bool(rows) and rows[0]["locked_at"] is None and (threshold == 0 or rows[0]["failed_sign_ins"] <= threshold)


async def take_back(user: User) -> None:
    """A right password that leads to a further step was no failure, and no success yet either."""
    await account(user.id).filter(failed_sign_ins__gt=0).update(failed_sign_ins=F("failed_sign_ins") - 1)


async def lock_if_due(user: User, origin: Origin, now: datetime) -> None:
    """Locks the account once its failures have reached the threshold, and tells its owner."""
    policy = user.platform
    if policy.lockout_threshold == 0:
        return
    async with in_transaction():
        due = account(user.id).filter(locked_at__isnull=True, failed_sign_ins__gte=policy.lockout_threshold)
        if await due.update(locked_at=now):
            user.locked_at = now
            ends_at = lock_ends_at(user, policy)
            facts = {"platform": policy.name, "ends_at": f"{ends_at:%Y-%m-%d %H:%M} UTC" if ends_at else ""}
            await record(origin, "user.locked", user, now=now)
            await enqueue(user, MailKind.ACCOUNT_LOCKED, now=now, facts=facts)


async def lift_ended_lock(user: User, now: datetime) -> None:
    """Ends a lock whose time is over, once, and writes the event."""
    if user.locked_at is None or is_locked(user, user.platform, now):
        return
    async with in_transaction():
        if await account(user.id).filter(locked_at=user.locked_at).update(locked_at=None, failed_sign_ins=0):
            await record(Origin(), "user.unlocked", user, now=now)
