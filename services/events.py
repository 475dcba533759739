"""Reading the audit trail."""

from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.audit_event import AuditEvent
from models.keys import storable
from models.role import Permission
from models.user import User
from services.actor import Actor
from services.paging import KeysetOrder, Page, PageArguments, all_of, page_of
from services.policy import require
from services.user_query import Span, distinct

LONGEST_TYPE = 60
NEWEST_FIRST = KeysetOrder(("at", "id"), descending=True)


@dataclass(frozen=True)
class EventQuery:
    """Which events: every given condition holds, and any value of a list. An id of nobody finds nothing.

    Equal questions are equal values: types that no event can have are left out, the others are sorted.
    """

    types: tuple[str, ...] | None = None
    actor_id: UUID | None = None
    target_id: UUID | None = None
    nobody: bool = False
    at: Span = Span()

    def __post_init__(self) -> None:
        if self.types is not None:
            possible = distinct(type for type in self.types if len(type) <= LONGEST_TYPE and storable(type))
            object.__setattr__(self, "types", possible)


async def list_events(actor: Actor, query: EventQuery, arguments: PageArguments) -> Page[AuditEvent]:
    """A page of what was done on the actor's platform, newest first. Raises Forbidden and BadPage."""
    require(actor, Permission.AUDIT_READ)
    events = _of_platform(actor)
    if query.types is not None:
        events = events.filter(type__in=query.types)
    if query.actor_id is not None:
        events = events.filter(actor_id=query.actor_id)
    if query.target_id is not None:
        events = events.filter(target_id=query.target_id)
    if query.nobody:
        events = events.filter(id__in=[])
    bounds = {"at__lt": query.at.before, "at__gt": query.at.after}
    events = events.filter(**{bound: at for bound, at in bounds.items() if at is not None})
    return await page_of(
        AuditEvent,
        all_of(events),
        NEWEST_FIRST,
        arguments,
        fingerprint=(actor.user.platform_id, query),
    )


async def list_history(actor: Actor, user: User, arguments: PageArguments) -> Page[AuditEvent]:
    """What was done to this account or by it, newest first. Raises Forbidden for another's without AUDIT_READ."""
    if user.id != actor.id:
        require(actor, Permission.AUDIT_READ)
    events = _of_platform(actor).filter(Q(target_id=user.id) | Q(actor_id=user.id))
    return await page_of(AuditEvent, all_of(events), NEWEST_FIRST, arguments, fingerprint=f"history of {user.id}")


async def find_event(actor: Actor, event_id: UUID) -> AuditEvent | None:
    require(actor, Permission.AUDIT_READ)
    return await _of_platform(actor).filter(id=event_id).first()


def seen_address(actor: Actor, event: AuditEvent) -> str | None:
    """Where it came from; who reads only the own history is not told where others sit."""
    if event.actor_id in (None, actor.id) or Permission.AUDIT_READ in actor.permissions:
        return event.ip_address
    return None


def _of_platform(actor: Actor) -> QuerySet[AuditEvent]:
    return AuditEvent.filter(platform_id=actor.user.platform_id)
