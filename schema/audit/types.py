"""The audit trail."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar, cast
from uuid import UUID

import strawberry
from tortoise import Model

import models.audit_event
from schema.conditions import MOST_VALUES, any_of
from schema.context import Info
from schema.ids import global_id, id_of
from schema.node import Node
from schema.pages import PageInfo, page_info
from schema.users.filters import DateTimeRange
from schema.users.people import person
from services.events import EventQuery, seen_address
from services.paging import Page
from services.user_query import Span

if TYPE_CHECKING:
    from schema.users.types import User


@strawberry.type(description="One field before and after.")
class FieldChange:
    field: str = strawberry.field(description="The field's name in this API.")
    before: str | None = strawberry.field(description="Null: there was nothing.")
    after: str | None = strawberry.field(description="Null: there is nothing.")


@strawberry.type(description="Something that was done, tried, or happened by itself.")
class AuditEvent(Node):
    row_type: ClassVar[type[Model]] = models.audit_event.AuditEvent
    at: datetime = strawberry.field(description="When it happened.")
    type: str = strawberry.field(
        description="What happened: `user.disabled`, `session.started`, `user.locked`; "
        "with `.refused` at the end: what was tried and not allowed."
    )

    @strawberry.field(
        description="Null: the system, or an account since deleted. Null, and a FORBIDDEN error, for another user "
        "without USERS_READ."
    )
    async def actor(self, info: Info) -> Annotated["User", strawberry.lazy("schema.users.types")] | None:
        return cast("User | None", await person(info, _row(self).actor_id))

    actor_name: str = strawberry.field(description="The actor's name as it was.")

    @strawberry.field(
        description="Null: not about one user, or an account since deleted. Null, and a FORBIDDEN error, for another "
        "user without USERS_READ."
    )
    async def target(self, info: Info) -> Annotated["User", strawberry.lazy("schema.users.types")] | None:
        return cast("User | None", await person(info, _row(self).target_id))

    @strawberry.field(description="The target's global id.")
    def target_id(self) -> strawberry.ID | None:
        target_id = _row(self).target_id
        return global_id("User", target_id) if target_id else None

    @strawberry.field(description="What was different afterwards.")
    def changes(self) -> list[FieldChange]:
        return [FieldChange(**change) for change in _row(self).changes]

    @strawberry.field(description="The address of origin; of what others did only with AUDIT_READ.")
    def ip_address(self, info: Info) -> str | None:
        return seen_address(info.context.signed_in, _row(self))

    request_id: str | None = strawberry.field(description="The `X-Request-Id` of the request, as in the logs.")


def _row(event: AuditEvent) -> models.audit_event.AuditEvent:
    return cast("models.audit_event.AuditEvent", event)


@strawberry.input(
    description=f"All given conditions must hold; within one list, any. A list may have {MOST_VALUES} different values."
)
class AuditEventFilter:
    type: list[str] | None = strawberry.field(description="Events of any of these types.", default=None)
    actor_id: strawberry.ID | None = strawberry.field(description="What this user did.", default=None)
    target_id: strawberry.ID | None = strawberry.field(description="What was done to this user.", default=None)
    at: DateTimeRange | None = strawberry.field(description="By when it happened.", default=None)


@strawberry.type(description="An event in a list, with its place there.")
class AuditEventEdge:
    node: AuditEvent = strawberry.field(description="What happened in this place of the list.")
    cursor: str = strawberry.field(description="For `after`; good for the same filter only.")


@strawberry.type(description="A page of the audit trail, newest first.")
class AuditEventConnection:
    page: strawberry.Private[Page[models.audit_event.AuditEvent]]

    @strawberry.field(description="The events of this page with their cursors.")
    def edges(self) -> list[AuditEventEdge]:
        return [AuditEventEdge(node=cast("AuditEvent", row), cursor=self.page.cursor_of(row)) for row in self.page.rows]

    @strawberry.field(description="The events of this page.")
    def nodes(self) -> list[AuditEvent]:
        return cast("list[AuditEvent]", list(self.page.rows))

    @strawberry.field(description="Where this page lies in the list.")
    def page_info(self) -> PageInfo:
        return page_info(self.page)


def event_query(filter: AuditEventFilter | None) -> EventQuery:
    """The filter in the words of the services; an id of another type is the id of nobody."""
    asked = filter or AuditEventFilter()
    actor_id, target_id = _user_id(asked.actor_id), _user_id(asked.target_id)
    unknown = (asked.actor_id is not None and actor_id is None) or (asked.target_id is not None and target_id is None)
    at = asked.at or DateTimeRange()
    return EventQuery(
        types=any_of("type", asked.type),
        actor_id=actor_id,
        target_id=target_id,
        nobody=unknown,
        at=Span(before=at.before, after=at.after),
    )


def _user_id(id: strawberry.ID | None) -> UUID | None:
    return id_of("User", id) if id is not None else None
