"""Reading the audit trail."""

from typing import Annotated

import strawberry

from schema.audit.types import AuditEventConnection, AuditEventFilter, event_query
from schema.context import Info
from schema.pages import After, First
from services.events import list_events
from services.paging import PageArguments

Filter = Annotated[AuditEventFilter | None, strawberry.argument(description="Which events; absent: all of them.")]


async def audit_events(
    info: Info, filter: Filter = None, first: First = None, after: After = None
) -> AuditEventConnection | None:
    arguments = PageArguments(first=first, after=after)
    return AuditEventConnection(page=await list_events(info.context.signed_in, event_query(filter), arguments))
