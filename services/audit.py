"""Writing the audit trail. Events are only ever added; a deleted person's data is erased from them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import Q

from models.audit_event import AuditEvent, Change
from models.user import User
from services.actor import Actor, Origin

SYSTEM = "System"
DELETED = "Deleted user"


async def record(
    by: Actor | Origin,
    type: str,
    target: User | None,
    *,
    now: datetime,
    changes: Iterable[Change] = (),
    platform_id: UUID | None = None,
    target_gone: bool = False,
) -> AuditEvent:
    """Adds an event; call it in the transaction of the change. An Origin alone is the system or the target itself."""
    actor = by if isinstance(by, Actor) else None
    origin = by.origin if isinstance(by, Actor) else by
    platform = platform_id or (target.platform_id if target else None) or (actor.user.platform_id if actor else None)
    return await AuditEvent.create(
        id=uuid4(),
        platform_id=platform,
        at=now,
        type=type,
        actor_id=actor.id if actor else None,
        actor_name=actor.user.full_name if actor else SYSTEM,
        target_id=target.id if target and not target_gone else None,
        changes=list(changes),
        ip_address=origin.ip_address,
        request_id=origin.request_id,
    )


async def record_own(user: User, origin: Origin, type: str, *, now: datetime, changes: Iterable[Change] = ()) -> None:
    """Adds an event that a person caused on the own account without a session, as signing in."""
    event = await record(origin, type, user, now=now, changes=changes)
    event.actor_id, event.actor_name = user.id, user.full_name
    await event.save(update_fields=["actor_id", "actor_name"])


async def forget(user: User) -> None:
    """Erases a person from the trail and keeps the facts: what happened, when, and who else was involved."""
    await AuditEvent.filter(Q(target_id=user.id)).update(changes=[], target_id=None)
    await AuditEvent.filter(Q(actor_id=user.id)).update(actor_name=DELETED, actor_id=None, ip_address=None)
