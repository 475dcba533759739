"""Writing the audit trail. Events are only ever added; a deleted person's data is erased from them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from models.audit_event import AuditEvent, Change
from models.user import User
from services.actor import Actor, Origin
from services.locks import lock_users
from services.refusals import (
    Forbidden,
    LastAdministrator,
    OwnAccount,
    Refusal,
    RoleNotAssignable,
    TargetOutranksViewer,
    refusals_in,
)

SYSTEM = "System"
DELETED = "Deleted user"
AT_ONCE = 500

WORTH_RECORDING = (Forbidden, OwnAccount, TargetOutranksViewer, RoleNotAssignable, LastAdministrator)
"""Refusals of the policy; slips of the keyboard leave no trace."""

IMPERSONAL = frozenset(
    {"role", "refused", "disabledAt", "lockedAt", "failedAttempts", "mfaEnrolledAt", "sessions", "passwordReset"}
    | {"invitationSentAt"}
)
"""Changes that say nothing about a person and stay when the account is deleted."""


async def record(
    by: Actor | Origin,
    type: str,
    target: User | None,
    *,
    now: datetime,
    changes: Iterable[Change] = (),
    target_gone: bool = False,
) -> None:
    """Adds an event; call it in the transaction of the change. An Origin alone is the system."""
    if isinstance(by, Actor):
        event = _event(by.user.platform_id, by.user, by.origin, type, now, changes)
    elif target is not None:
        event = _event(target.platform_id, None, by, type, now, changes)
    else:
        raise ValueError("an event without an actor needs a target")
    event.target_id = target.id if target and not target_gone else None
    await event.save(force_create=True)


async def record_own(user: User, origin: Origin, type: str, *, now: datetime, changes: Iterable[Change] = ()) -> None:
    """Adds an event that a person caused on the own account without a session, as signing in."""
    event = _event(user.platform_id, user, origin, type, now, changes)
    event.target_id = user.id
    await event.save(force_create=True)


@asynccontextmanager
async def guarded(
    actor: Actor, type: str, *, now: datetime, target_id: UUID | None = None, about: Sequence[Change] = ()
) -> AsyncIterator[list[Change]]:
    """Records an attempt that the policy refuses inside the block, after all else of it is undone.

    The block may add to the list what the attempt was about.
    """
    known = list(about)
    try:
        yield known
    except (Refusal, ExceptionGroup) as error:
        refusal = next((found for found in refusals_in(error) if isinstance(found, WORTH_RECORDING)), None)
        if refusal is not None:
            code = Change(field="refused", before=None, after=refusal.code.value)
            await _record_refused(actor, f"{type}.refused", target_id, [*known, code], now)
        raise


async def forget(user: User) -> None:
    """Erases a person from the trail and keeps the facts: what happened, when, and who else was involved."""
    about = AuditEvent.filter(target_id=user.id)
    while events := await about.order_by("id").limit(AT_ONCE):
        for event in events:
            event.changes = [change for change in event.changes if change["field"] in IMPERSONAL]
            event.ip_address = event.ip_address if event.actor_id else None
            event.target_id = None
        await AuditEvent.bulk_update(events, ["changes", "ip_address", "target_id"])
    await AuditEvent.filter(actor_id=user.id).update(actor_name=DELETED, actor_id=None, ip_address=None)


def _event(
    platform_id: UUID, actor: User | None, origin: Origin, type: str, now: datetime, changes: Iterable[Change]
) -> AuditEvent:
    return AuditEvent(
        id=uuid4(),
        platform_id=platform_id,
        at=now,
        type=type,
        actor_id=actor.id if actor else None,
        actor_name=actor.full_name if actor else SYSTEM,
        changes=list(changes),
        ip_address=origin.ip_address,
        request_id=origin.request_id,
    )


async def _record_refused(
    actor: Actor, type: str, target_id: UUID | None, changes: list[Change], now: datetime
) -> None:
    """Whoever was deleted in the meantime is not named any more."""
    async with in_transaction():
        ids = [actor.id, target_id] if target_id else [actor.id]
        people = await lock_users(actor.user.platform_id, *ids)
        event = _event(actor.user.platform_id, people.get(actor.id), actor.origin, type, now, changes)
        if actor.id not in people:
            event.actor_name, event.ip_address = DELETED, None
        event.target_id = target_id if target_id in people else None
        await event.save(force_create=True)
