"""Signing in with address and password: attempts count before they are checked, and nothing tells accounts apart."""

from datetime import datetime

from tortoise import connections
from tortoise.transactions import in_transaction

from models.invitation import Invitation
from models.keys import storable
from models.lockout import is_locked, lock_ends_at
from models.mail import MailKind
from models.platform import Platform
from models.status import UserStatus, status_of
from models.user import User
from services.actor import Origin
from services.audit import record, record_own
from services.mail.outbox import enqueue
from services.passwords import Hasher
from services.refusals import InvalidCredentials
from services.sessions import Started, start_session
from services.visibility import account, signing_in_as

COUNT = {
    "postgres": "UPDATE users SET failed_sign_ins = failed_sign_ins + 1 WHERE id = $1 "
    "RETURNING failed_sign_ins, locked_at",
    "sqlite": "UPDATE users SET failed_sign_ins = failed_sign_ins + 1 WHERE id = ? "
    "RETURNING failed_sign_ins, locked_at",
}
"""Counts and reads in one statement, which Tortoise cannot write."""


async def sign_in(origin: Origin, email: str, password: str, *, now: datetime, hasher: Hasher) -> Started:
    """Starts a session. Raises InvalidCredentials, whatever the cause, after the same work."""
    user = await _whoever(email)
    may_try = user is not None and await count_attempt(user, now)
    right = await hasher.verify(user.password_hash if user is not None and may_try else None, password)
    if user is None:
        raise InvalidCredentials
    if not right or status_of(user) is not UserStatus.ACTIVE:
        await lock_if_due(user, origin, now)
        raise InvalidCredentials
    return await complete(user, origin, now)


async def count_attempt(user: User, now: datetime) -> bool:
    """Counts an attempt as failed, atomically, before it is checked; says whether it may be checked at all.

    So of fifty guesses at once no more are checked than the policy's threshold. A success sets the count back.
    """
    await lift_ended_lock(user, now)
    database = connections.get("default")
    rows = await database.execute_query_dict(COUNT[database.capabilities.dialect], [str(user.id)])
    threshold = user.platform.lockout_threshold
    return bool(rows) and rows[0]["locked_at"] is None and (threshold == 0 or rows[0]["failed_sign_ins"] <= threshold)


async def lock_if_due(user: User, origin: Origin, now: datetime) -> None:
    """Locks the account once its failures have reached the threshold; failures before an unlock no longer count."""
    policy = user.platform
    if policy.lockout_threshold == 0:
        return
    async with in_transaction():
        due = account(user.id).filter(locked_at__isnull=True, failed_sign_ins__gte=policy.lockout_threshold)
        if await due.update(locked_at=now):
            user.locked_at = now
            await record(origin, "user.locked", user, now=now)
            await enqueue(user, MailKind.ACCOUNT_LOCKED, now=now, facts=_lock_facts(user, policy))


async def lift_ended_lock(user: User, now: datetime) -> None:
    """Ends a lock whose time is over, once, and writes the event."""
    if user.locked_at is None or is_locked(user, user.platform, now):
        return
    async with in_transaction():
        if await account(user.id).filter(locked_at=user.locked_at).update(locked_at=None, failed_sign_ins=0):
            await record(Origin(), "user.unlocked", user, now=now)


async def complete(user: User, origin: Origin, now: datetime) -> Started:
    """Starts the session, if the account can still sign in now that its row is locked."""
    async with in_transaction():
        fresh = await account(user.id).select_for_update().first()
        if fresh is None or fresh.disabled_at is not None or fresh.password_hash != user.password_hash:
            raise InvalidCredentials
        first_time = fresh.activated_at is None
        fresh.signed_in(now)
        fresh.failed_sign_ins, fresh.locked_at = 0, None
        columns = ["last_login_at", "last_login_key", "activated_at", "failed_sign_ins", "locked_at"]
        if first_time:
            fresh.version, fresh.updated_at = fresh.version + 1, now
            columns += ["version", "updated_at"]
            await Invitation.filter(user_id=fresh.id).delete()
            await record_own(fresh, origin, "user.activated", now=now)
        await fresh.save(update_fields=columns)
        fresh.platform, fresh.role = user.platform, user.role
        await record_own(fresh, origin, "session.started", now=now)
        return await start_session(fresh, origin, now)


async def _whoever(email: str) -> User | None:
    if len(email) > 1000 or not storable(email):
        return None
    return await signing_in_as(email).select_related("role", "platform").first()


def _lock_facts(user: User, policy: Platform) -> dict[str, str]:
    ends_at = lock_ends_at(user, policy)
    return {"platform": policy.name, "ends_at": f"{ends_at:%Y-%m-%d %H:%M} UTC" if ends_at else ""}
