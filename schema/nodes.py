"""`node`: any record by its global id. A new kind of node adds its line here."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry

from schema.context import Info
from schema.ids import parse_id
from schema.node import Node
from services.actor import Actor
from services.directory import find_user
from services.events import find_event
from services.roles import find_role
from services.sessions import find_session


async def _own_platform(actor: Actor, id: UUID) -> Any:
    return actor.platform if id == actor.platform.id else None


FINDERS: dict[str, Callable[[Actor, UUID], Awaitable[Any]]] = {
    "User": find_user,
    "Role": find_role,
    "Platform": _own_platform,
    "Session": find_session,
    "AuditEvent": find_event,
}


async def node(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The `id` of any object of this API.")]
) -> Node | None:
    actor, (type_name, record_id) = info.context.signed_in, parse_id(id)
    finder = FINDERS.get(type_name)
    return cast("Node | None", await finder(actor, record_id)) if finder else None
