"""The life of an account: disabled and enabled, locked and unlocked, deleted."""

from datetime import datetime
from uuid import UUID

from models.user import User
from services import validation
from services.actor import Actor
from services.attempts import lift_ended_lock
from services.audit import forget, record
from services.challenges import void_challenges
from services.changing import changing
from services.given import UNSET, Given, Unset
from services.invitations import forget_inviter, kill_invitation
from services.policy import UserAction
from services.resets import kill_reset
from services.sessions import end_sessions
from services.visibility import visible_to


async def disable_user(actor: Actor, user_id: UUID, *, reason: Given = UNSET, now: datetime) -> User:
    """Bars sign-in and ends every session and link at once; the data stay.

    Of a user who is disabled already only the reason changes, and only if one is given: None or a blank one removes it.
    Raises Invalid for the reason, and what `changing` raises.
    """
    async with changing(actor, user_id, UserAction.DISABLE, "user.disabled", now=now) as editing:
        user = editing.user
        if not isinstance(reason, Unset):
            user.disabled_reason = _checked_reason(reason)
        if user.disabled_at is None:
            user.disabled_at = now
            await end_sessions(user.id)
            await void_challenges(user.id)
            await kill_invitation(user.id, now)
            await kill_reset(user.id)
    return editing.user


async def enable_user(actor: Actor, user_id: UUID, *, now: datetime) -> User:
    """Lets the user sign in again, or be invited again; no session and no link comes back."""
    async with changing(actor, user_id, UserAction.ENABLE, "user.enabled", now=now) as editing:
        editing.user.disabled_at = editing.user.disabled_reason = None
    return editing.user


async def unlock_user(actor: Actor, user_id: UUID, *, now: datetime) -> User:
    """Lifts the lock and forgets the failed sign-ins; a lock that is over was ended by its time, not by the actor."""
    user = await visible_to(actor).filter(id=user_id).select_related("platform").first()
    if user is not None:
        await lift_ended_lock(user, now)
    async with changing(actor, user_id, UserAction.UNLOCK, "user.unlocked", now=now) as editing:
        editing.user.locked_at, editing.user.failed_sign_ins = None, 0
    return editing.user


async def delete_user(actor: Actor, user_id: UUID, *, now: datetime) -> UUID:
    """Deletes the account and, by cascade, all that belongs to it; the audit trail forgets the person."""
    async with changing(actor, user_id, UserAction.DELETE, "user.deleted", now=now) as editing:
        await forget_inviter(editing.user)
        await forget(editing.user)
        await editing.user.delete()
        await record(editing.actor, "user.deleted", editing.user, now=now, target_gone=True)
    return user_id


async def revoke_user_sessions(actor: Actor, user_id: UUID, *, now: datetime) -> User:
    """Ends every session of the user and every half-done sign-in. None there: nothing changes."""
    async with changing(actor, user_id, UserAction.REVOKE_SESSIONS, "user.sessions_revoked", now=now) as editing:
        await void_challenges(user_id)
        ended = await end_sessions(user_id)
        if ended:
            editing.note("sessions", ended, 0)
    return editing.user


def _checked_reason(reason: str | None) -> str | None:
    """The reason as it is stored; None for a blank one. Raises Invalid."""
    if reason is None or not reason.strip():
        return None
    faults = validation.Faults()
    checked = faults.check("reason", validation.reason, reason)
    faults.raise_any()
    return checked
