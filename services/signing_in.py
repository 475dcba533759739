"""Signing in, step by step: the password, then whatever the account and the platform still ask for."""

from contextlib import suppress
from datetime import datetime

from tortoise.transactions import in_transaction

from models.challenge import ChallengeKind
from models.invitation import Invitation
from models.lockout import is_locked
from models.password import password_expired
from models.past_password import PastPassword
from models.repeating import repeated
from models.status import has_mfa
from models.user import User
from services.actor import Origin
from services.attempts import check_password, lift_ended_lock, take_back
from services.audit import record_own
from services.challenges import Challenged, challenge
from services.passwords import Hasher
from services.refusals import Denial, InvalidCredentials, RateLimited
from services.sessions import Started, start_session
from services.visibility import account, signing_in_as


async def sign_in(origin: Origin, email: str, password: str, *, now: datetime, hasher: Hasher) -> Started | Challenged:
    """A session, or the challenge of the next step. Raises InvalidCredentials for any cause, after the same work."""
    user = await whoever_signs_in_as(email)
    denial = await check_password(user, password, origin, now, hasher)
    if denial is not None:
        raise InvalidCredentials(denial=denial)
    assert user is not None, "an unknown address is denied"
    await _strengthen(user, password, hasher)
    outcome = await advance(user, origin, now)
    if isinstance(outcome, Challenged):
        await take_back(user)
    return outcome


@repeated
async def advance(user: User, origin: Origin, now: datetime, *, mfa_done: bool = False) -> Started | Challenged:
    """The next step: a code, a new password, setting MFA up, or the session. The user has role and platform loaded.

    Raises InvalidCredentials where the account is no longer as it was when the step before was checked.
    """
    async with in_transaction():
        fresh = await _still_as_checked(user, now)
        missing = _missing(fresh, now, mfa_done)
        return await challenge(fresh, missing, now) if missing else await _start(fresh, origin, now)


async def complete(user: User, origin: Origin, now: datetime) -> Started:
    """The session, after the last step. Raises InvalidCredentials as `advance` does."""
    async with in_transaction():
        return await _start(await _still_as_checked(user, now), origin, now)


async def whoever_signs_in_as(email: str) -> User | None:
    """The account with this sign-in name, with role and platform; None too for what cannot be one."""
    return await signing_in_as(email).select_related("role", "platform").first()


def _missing(user: User, now: datetime, mfa_done: bool) -> ChallengeKind | None:
    if has_mfa(user) and not mfa_done:
        return ChallengeKind.MFA_CODE
    if password_expired(user, user.platform, now):
        return ChallengeKind.PASSWORD_CHANGE
    if user.platform.mfa_required and not has_mfa(user):
        return ChallengeKind.MFA_ENROLLMENT
    return None


async def _still_as_checked(user: User, now: datetime) -> User:
    fresh = await account(user.id).select_for_update(no_key=True).first()
    if fresh is None or fresh.disabled_at is not None or fresh.password_hash != user.password_hash:
        raise InvalidCredentials(denial=Denial.CHANGED_MEANWHILE)
    fresh.platform, fresh.role = user.platform, user.role
    if is_locked(fresh, fresh.platform, now):
        raise InvalidCredentials(denial=Denial.LOCKED)
    await lift_ended_lock(fresh, now)
    return fresh


async def _start(user: User, origin: Origin, now: datetime) -> Started:
    first_time = user.activated_at is None
    user.signed_in(now)
    user.failed_sign_ins = 0
    columns = ["last_login_at", "last_login_key", "activated_at", "failed_sign_ins"]
    if first_time:
        user.version, user.updated_at = user.version + 1, now
        columns += ["version", "updated_at"]
        await Invitation.filter(user_id=user.id).delete()
        await record_own(user, origin, "user.activated", now=now)
    await user.save(update_fields=columns)
    await record_own(user, origin, "session.started", now=now)
    return await start_session(user, origin, now)


async def _strengthen(user: User, password: str, hasher: Hasher) -> None:
    """Hashes anew where today's parameters are stronger, now that the password is at hand; the next time if not now."""
    old = user.password_hash
    if old is None or not hasher.outdated(old):
        return
    with suppress(RateLimited):
        stronger = await hasher.hash(password)
        if await account(user.id).filter(password_hash=old).update(password_hash=stronger):
            await PastPassword.filter(user_id=user.id, password_hash=old).update(password_hash=stronger)
            user.password_hash = stronger
        else:
            await _take_over(user, password, hasher)


async def _take_over(user: User, password: str, hasher: Hasher) -> None:
    """Another sign-in has hashed the same password anew; another password is noticed in `advance`."""
    fresh = await account(user.id).first()
    if fresh is not None and await hasher.verify(fresh.password_hash, password):
        user.password_hash = fresh.password_hash
