"""Finding users: search, filters and the four orders of the users page."""

from datetime import datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from models.any_of import AnyOf
from models.database import current
from models.hydration import Columns, shape_of
from models.role import Permission
from models.user import User
from services.actor import Actor
from services.common_questions import common_question, row_of_one, rows_of_common
from services.paging import Fetch, KeysetOrder, Page, PageArguments, Window, page_of
from services.policy import require, require_seeing
from services.user_conditions import fingerprint, rows_that_match, text_condition
from services.user_query import ORDER_COLUMNS, UserOrderField, UserQuery
from services.visibility import WHOLE, everything, visible_to


async def list_users(
    actor: Actor,
    query: UserQuery,
    field: UserOrderField,
    arguments: PageArguments,
    *,
    descending: bool,
    now: datetime,
    columns: Columns | None = None,
) -> Page[User]:
    """One page of the actor's platform in one statement; whole rows, or just these columns and those of the order.

    Raises Forbidden and BadPage.
    """
    require(actor, Permission.USERS_READ)
    order = KeysetOrder(ORDER_COLUMNS[field], descending)
    fetch = _fetch(actor, query, now, columns or everything())
    return await page_of(User, fetch, order, arguments, fingerprint=(actor.user.platform_id, fingerprint(query)))


def _fetch(actor: Actor, query: UserQuery, now: datetime, columns: Columns) -> Fetch[User]:
    """The statement of a common question is written once and run again with other values."""

    async def fetch(window: Window) -> list[User]:
        wanted = tuple(dict.fromkeys((*columns, *window.order.columns)))
        database = current()
        common = common_question(query, database.capabilities.dialect)
        if common is None:
            shape = shape_of(window.of(await matching(actor, query, now)), wanted)
            return await shape.rows(database, shape.values)
        return await rows_of_common(common, query, actor.platform, now, window, wanted, database)

    return fetch


async def find_user(actor: Actor, user_id: UUID, columns: Columns | None = None) -> User | None:
    """One user of the actor's platform, the whole row or just these columns.

    Without USERS_READ only the actor's own; raises Forbidden.
    """
    require_seeing(actor, user_id)
    return await row_of_one(actor.user.platform_id, user_id, columns or everything(), current())


async def find_users(actor: Actor, user_ids: list[UUID]) -> list[User | None]:
    """The whole rows of several users of the actor's platform, in the order asked; one statement."""
    found = {user.id: user for user in await visible_to(actor).filter(AnyOf("id", user_ids)).select_related(*WHOLE)}
    return [found.get(user_id) for user_id in user_ids]


async def matching(actor: Actor, query: UserQuery, now: datetime) -> QuerySet[User]:
    """All users that match, on every page. Raises Forbidden."""
    require(actor, Permission.USERS_READ)
    rows = rows_that_match(actor.user.platform_id, actor.platform, query, now)
    if query.text is not None:
        rows = rows.filter(await text_condition(actor.user.platform_id, query))
    return rows
