"""`node`: any record by its global id. A new kind of node adds its line here."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry

from models.hydration import Columns
from schema.context import Info
from schema.ids import parse_id
from schema.node import Node
from schema.rows import columns_wanted
from services.actor import Actor
from services.directory import find_user
from services.events import find_event
from services.roles import find_role
from services.sessions import find_session


async def _own_platform(actor: Actor, id: UUID) -> Any:
    return actor.platform if id == actor.platform.id else None


Finder = Callable[[Actor, UUID, Columns | None], Awaitable[Any]]


def _whole(find: Callable[[Actor, UUID], Awaitable[Any]]) -> Finder:
    """Fetches the whole row, whatever is asked of it."""
    return lambda actor, record_id, columns: find(actor, record_id)


FINDERS: dict[str, Finder] = {
    "User": find_user,
    "Role": _whole(find_role),
    "Platform": _whole(_own_platform),
    "Session": _whole(find_session),
    "AuditEvent": _whole(find_event),
}


async def node(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The `id` of any object of this API.")]
) -> Node | None:
    actor, (type_name, record_id) = info.context.signed_in, parse_id(id)
    finder = FINDERS.get(type_name)
    return cast("Node | None", await finder(actor, record_id, columns_wanted(info))) if finder else None
