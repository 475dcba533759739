"""Failed attempts and the lock: counted and checked in one statement, before anything is compared."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from tortoise import connections
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from models.lockout import is_locked, lock_ends_at
from models.mail import MailKind
from models.repeating import repeated
from models.user import User
from services.actor import Origin
from services.audit import record
from services.mail.outbox import enqueue
from services.passwords import Hasher
from services.refusals import Denial, RateLimited
from services.visibility import account

COUNT = {
    "postgres": "UPDATE users SET failed_sign_ins = failed_sign_ins + 1 "
    "WHERE id = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL "
    "AND set_config('synchronous_commit', 'off', true) = 'off' RETURNING failed_sign_ins, locked_at",
    "sqlite": "UPDATE users SET failed_sign_ins = failed_sign_ins + 1 "
    "WHERE id = ? AND disabled_at IS NULL AND password_hash IS NOT NULL RETURNING failed_sign_ins, locked_at",
}
"""Tortoise writes no RETURNING. Waiting for the disk would show, by its time, that there was a row to count in."""


@dataclass(frozen=True)
class Attempt:
    """`allowed`: it may be checked. `last`: if it fails, the account locks."""

    allowed: bool
    last: bool


async def count_attempt(user: User | None, now: datetime) -> Attempt:
    """Counts an attempt as failed and says whether it may be checked at all; a success takes it back.

    So of fifty guesses at once no more are checked than the policy's threshold. What began before an unlock was
    counted before it, so it cannot lock the account again. For an account that nobody can sign in to, or None, the
    same statement counts nothing.
    """
    if user is not None:
        await lift_ended_lock(user, now)
    database = connections.get("default")
    id = user.id if user else uuid4()
    rows = await database.execute_query_dict(COUNT[database.capabilities.dialect], [str(id)])
    if user is None or not rows or rows[0]["locked_at"] is not None:
        return Attempt(allowed=False, last=False)
    number, threshold = rows[0]["failed_sign_ins"], user.platform.lockout_threshold
    return Attempt(allowed=threshold == 0 or number <= threshold, last=0 < threshold <= number)


async def check_password(
    user: User | None, password: str, origin: Origin, now: datetime, hasher: Hasher
) -> Denial | None:
    """None where this is the user's password; a wrong one counts, and the last wrong one locks the account.

    Raises RateLimited where too many wait already: then nothing was checked and nothing counts.
    """
    attempt = await count_attempt(user, now)
    stored = user.password_hash if user is not None and attempt.allowed else None
    try:
        right = await hasher.verify(stored, password)
    except RateLimited:
        if user is not None:
            await take_back(user)
        raise
    return None if right else await deny(user, attempt, origin, now)


async def deny(user: User | None, attempt: Attempt, origin: Origin, now: datetime) -> Denial:
    """Why the attempt came to nothing, after locking the account if that is due."""
    if user is None:
        return Denial.UNKNOWN_ADDRESS
    if await lock_if_due(user, attempt, origin, now):
        return Denial.LOCKING
    if attempt.allowed:
        return Denial.WRONG
    if user.disabled_at is not None:
        return Denial.DISABLED
    return Denial.NOT_SET_UP if user.password_hash is None else Denial.LOCKED


async def take_back(user: User) -> None:
    """A right password that leads to a further step was no failure, and no success yet either."""
    await account(user.id).filter(failed_sign_ins__gt=0).update(failed_sign_ins=F("failed_sign_ins") - 1)


@repeated
async def lock_if_due(user: User, attempt: Attempt, origin: Origin, now: datetime) -> bool:
    """Locks the account after the last failure that the policy allows, and tells its owner; whether it did."""
    if not attempt.last:
        return False
    policy = user.platform
    async with in_transaction():
        due = account(user.id).filter(locked_at__isnull=True, failed_sign_ins__gte=policy.lockout_threshold)
        if not await due.update(locked_at=now):
            return False
        user.locked_at = now
        ends_at = lock_ends_at(user, policy)
        facts = {"platform": policy.name, "ends_at": f"{ends_at:%Y-%m-%d %H:%M} UTC" if ends_at else ""}
        await record(origin, "user.locked", user, now=now)
        await enqueue(user, MailKind.ACCOUNT_LOCKED, now=now, facts=facts)
    return True


async def lift_ended_lock(user: User, now: datetime) -> None:
    """Ends a lock whose time is over, once, and writes the event."""
    if user.locked_at is None or is_locked(user, user.platform, now):
        return
    async with in_transaction():
        if await account(user.id).filter(locked_at=user.locked_at).update(locked_at=None, failed_sign_ins=0):
            await record(Origin(), "user.unlocked", user, now=now)
    user.locked_at = None


async def lift_lock_of_owner(user: User, origin: Origin, now: datetime) -> None:
    """Who reads the mailbox and has chosen a new password is not who was guessing. The row is locked."""
    was_locked = user.locked_at is not None
    user.locked_at, user.failed_sign_ins = None, 0
    await user.save(update_fields=["locked_at", "failed_sign_ins"])
    if was_locked:
        await record(origin, "user.unlocked", user, now=now)
