"""Signing in, step by step: the password, then whatever the account and the platform still ask for."""

from datetime import datetime

from tortoise.transactions import in_transaction

from models.challenge import ChallengeKind
from models.invitation import Invitation
from models.keys import storable
from models.password import password_expired
from models.status import has_mfa
from models.user import User
from services.actor import Origin
from services.attempts import count_attempt, lock_if_due, take_back
from services.audit import record_own
from services.challenges import Challenged, challenge
from services.passwords import Hasher
from services.refusals import InvalidCredentials
from services.sessions import Started, start_session
from services.visibility import account, signing_in_as

LONGEST_ADDRESS = 1000


async def sign_in(origin: Origin, email: str, password: str, *, now: datetime, hasher: Hasher) -> Started | Challenged:
    """A session, or the challenge of the next step. Raises InvalidCredentials for any cause, after the same work."""
    user = await _whoever(email)
    may_try = user is not None and await count_attempt(user, now)
    right = await hasher.verify(user.password_hash if user is not None and may_try else None, password)
    if user is None:
        raise InvalidCredentials
    if not right or user.disabled_at is not None:
        await lock_if_due(user, origin, now)
        raise InvalidCredentials
    await _strengthen(user, password, hasher)
    return await advance(user, origin, now)


async def advance(user: User, origin: Origin, now: datetime, *, mfa_done: bool = False) -> Started | Challenged:
    """The next step: a code, a new password, setting MFA up, or the session. The user has role and platform loaded."""
    if has_mfa(user) and not mfa_done:
        missing = ChallengeKind.MFA_CODE
    elif password_expired(user, user.platform, now):
        missing = ChallengeKind.PASSWORD_CHANGE
    elif user.platform.mfa_required and not has_mfa(user):
        missing = ChallengeKind.MFA_ENROLLMENT
    else:
        return await complete(user, origin, now)
    await take_back(user)
    return await challenge(user, missing, now)


async def complete(user: User, origin: Origin, now: datetime) -> Started:
    """Starts the session, if the account is still as it was when the steps were checked. Locks the row."""
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
        await record_own(fresh, origin, "session.started", now=now)
        return await start_session(fresh, origin, now)


async def _strengthen(user: User, password: str, hasher: Hasher) -> None:
    """Hashes anew where today's parameters are stronger, now that the password is at hand."""
    if user.password_hash is None or not hasher.outdated(user.password_hash):
        return
    stronger = await hasher.hash(password)
    if await account(user.id).filter(password_hash=user.password_hash).update(password_hash=stronger):
        user.password_hash = stronger


async def _whoever(email: str) -> User | None:
    if len(email) > LONGEST_ADDRESS or not storable(email):
        return None
    return await signing_in_as(email).select_related("role", "platform").first()
