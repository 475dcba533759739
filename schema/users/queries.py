"""Reading users."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.enums import OrderDirection, UserOrderField
from schema.ids import id_of
from schema.pages import After, First
from schema.rows import columns_wanted
from schema.users.connection import UserConnection
from schema.users.filters import UserFilter, UserOrder, user_query
from schema.users.types import User, shown
from services.directory import find_user, list_users
from services.paging import PageArguments

Search = Annotated[
    str | None,
    strawberry.argument(
        description="Users whose last name begins with this; letter case, accents, invisible characters and repeated "
        "spaces do not matter, `ł` is `l`, `%` and `_` are plain letters. Empty means everyone. `filter.text` looks "
        "wider."
    ),
]
Filter = Annotated[
    UserFilter | None,
    strawberry.argument(description="All given conditions must hold; within one list, any."),
]
Order = Annotated[UserOrder | None, strawberry.argument(description="Equal rows are ordered by id.")]
Last = Annotated[int | None, strawberry.argument(description="How many rows up to the end or before `before`.")]
Before = Annotated[str | None, strawberry.argument(description="The cursor of the row behind the page.")]
Offset = Annotated[int | None, strawberry.argument(description="Rows to skip, for numbered pages.")]

BY_LAST_NAME = UserOrder(field=UserOrderField.LAST_NAME, direction=OrderDirection.ASC)


async def viewer(info: Info) -> User | None:
    actor = info.context.actor
    return shown(await find_user(actor, actor.id, columns_wanted(info))) if actor else None


async def user(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The user's global id.")]
) -> User | None:
    actor, user_id = info.context.signed_in, id_of("User", id)
    return shown(await find_user(actor, user_id, columns_wanted(info))) if user_id else None


async def users(
    info: Info,
    search: Search = None,
    filter: Filter = None,
    order_by: Order = BY_LAST_NAME,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    offset: Offset = None,
) -> UserConnection:
    actor, order, query = info.context.signed_in, order_by or BY_LAST_NAME, user_query(search, filter)
    arguments = PageArguments(first=first, after=after, last=last, before=before, offset=offset)
    descending = order.direction is OrderDirection.DESC
    now, columns = info.context.now, columns_wanted(info)
    page = await list_users(actor, query, order.field, arguments, descending=descending, now=now, columns=columns)
    return UserConnection(query=query, page=page)
