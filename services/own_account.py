"""What people do to their own account with their password at hand."""

from datetime import datetime
from uuid import UUID

from tortoise.transactions import in_transaction

from models.challenge import ChallengeKind
from models.repeating import repeated
from models.role import Role
from models.session import Session
from models.user import User
from services.actor import Actor, Origin
from services.attempts import check_password
from services.audit import guarded, record, record_own
from services.challenges import OVER, Challenged, answer, open_challenge
from services.locks import lock_actor
from services.passwords import Hasher
from services.policy import UserAction, refusal_for
from services.refusals import Denial, InvalidCredentials, InvalidToken, NotFound
from services.sessions import Started, end_sessions
from services.setting_password import hash_of_new_password, set_password, tell_password_changed
from services.signing_in import advance
from services.visibility import account

GONE = "Your account was disabled or deleted in the meantime."
WRONG = "The password is wrong."
DENIED = {
    Denial.LOCKING: "The password is wrong, and the account is locked now, after too many wrong ones.",
    Denial.LOCKED: "The account is locked after too many wrong passwords; wait for the lock to end or be lifted.",
    Denial.DISABLED: "Your account was disabled in the meantime.",
}
"""What owners learn who are signed in: they can read their own `lockout` anyway."""


async def own_row(actor: Actor) -> User | None:
    """The actor's whole row; None where the account is gone meanwhile."""
    user = await account(actor.id).first()
    if user is not None:
        user.platform, user.role = actor.platform, actor.user.role
    return user


async def confirm_password(
    actor: Actor, password: str, *, now: datetime, hasher: Hasher, field: str = "password"
) -> User:
    """The actor's fresh row, if the password is right; a wrong one counts like a failed sign-in."""
    user = await own_row(actor)
    if user is None:
        raise InvalidCredentials("This account is gone.", denial=Denial.CHANGED_MEANWHILE, field=field)
    denial = await check_password(user, password, actor.origin, now, hasher)
    if denial is not None:
        raise InvalidCredentials(DENIED.get(denial, WRONG), denial=denial, field=field)
    await account(actor.id).filter(locked_at__isnull=True).update(failed_sign_ins=0)
    return user


async def change_password(
    actor: Actor, current_password: str, new_password: str, *, now: datetime, hasher: Hasher
) -> User:
    """Ends every other session. Raises InvalidCredentials or PasswordRejected."""
    user = await confirm_password(actor, current_password, now=now, hasher=hasher, field="current_password")
    password_hash = await hash_of_new_password(user, new_password, hasher, field="new_password")
    return await _change(actor, user, password_hash, now)


async def replace_expired_password(
    origin: Origin, token: str, new_password: str, *, now: datetime, hasher: Hasher
) -> Started | Challenged:
    """Answers a challenge of kind PASSWORD_CHANGE; all sessions end. Raises InvalidToken or PasswordRejected."""
    row, user = await open_challenge(token, ChallengeKind.PASSWORD_CHANGE, now)
    password_hash = await hash_of_new_password(user, new_password, hasher, field="new_password")
    async with in_transaction():
        fresh = await unchanged(user, gone=OVER)
        await answer(row)
        await set_password(fresh, password_hash, now)
        await end_sessions(fresh.id)
        await tell_password_changed(fresh, now)
        await record_own(fresh, origin, "user.password_changed", now=now)
        return await advance(fresh, origin, now, mfa_done=True)


async def revoke_session(actor: Actor, session_id: UUID, *, now: datetime) -> User:
    """Ends one session: an own one, or, with USERS_SECURITY, another user's. Raises NotFound."""
    session = await Session.filter(id=session_id, user__platform_id=actor.user.platform_id).first()
    if session is None:
        raise NotFound("There is no such session.", field="id")
    async with guarded(actor, "session.revoked", now=now, target_id=session.user_id), in_transaction():
        actor, users = await lock_actor(actor, session.user_id)
        owner = users.get(session.user_id)
        if owner is None:
            raise NotFound("There is no such session.", field="id")
        owner.role = await Role.get(id=owner.role_id)
        refusal = None if owner.id == actor.id else refusal_for(actor, UserAction.REVOKE_SESSIONS, owner, None)
        if refusal is not None:
            raise refusal
        if await Session.filter(id=session.id).delete():
            await record(actor, "session.revoked", owner, now=now)
    return owner


@repeated
async def _change(actor: Actor, checked: User, password_hash: str, now: datetime) -> User:
    async with in_transaction():
        fresh = await unchanged(checked)
        await set_password(fresh, password_hash, now)
        await end_sessions(fresh.id, but=actor.session.id)
        await tell_password_changed(fresh, now)
        await record_own(fresh, actor.origin, "user.password_changed", now=now)
    return fresh


async def unchanged(user: User, *, gone: str = GONE) -> User:
    """The row, locked, if its password is still the one that was checked. Raises InvalidToken.

    `gone`: the message for an account that was disabled or deleted.
    """
    fresh = await account(user.id).filter(disabled_at__isnull=True).select_for_update(no_key=True).first()
    if fresh is None:
        raise InvalidToken(gone)
    if fresh.password_hash != user.password_hash:
        raise InvalidToken("The password was changed in the meantime; sign in again.")
    fresh.platform, fresh.role = user.platform, user.role
    return fresh
