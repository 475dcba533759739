"""Statements of common questions, written once for each shape and run again with other values.

A statement is built once with stand-ins, values of the right types that nobody asks for; where they come out again
among its parameters, the real ones go in. What depends on the time stands in as a distance from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from models.hydration import Columns, Shape, shape_of
from models.platform import Platform
from models.user import User
from services.paging import Window
from services.user_conditions import rows_that_match, searched_key
from services.user_query import ANY_TIME, UserQuery
from services.visibility import users_of

PLATFORM = UUID("5e17e1e5-0000-4000-8000-000000000001")
ROLES = (UUID("5e17e1e5-0000-4000-8000-000000000003"),)
KEY = "\ue000"
NOW = datetime(5000, 1, 1, tzinfo=UTC)
FAR_FROM_NOW = timedelta(days=36500)
LIMIT, OFFSET = 1_987_654_321, 1_987_654_320
WRITTEN_LIMITS = frozenset(size + 1 for size in (1, 10, 20, 25, 50, 100))
"""Of the usual sizes of pages, each of which has a statement of its own; other sizes share one."""
BEYOND_TEXT = "\ue001"
BEYOND_INSTANT = datetime(3000, 1, 1, tzinfo=UTC)
BEYOND_ID = UUID("5e17e1e5-0000-4000-8000-000000000002")
POLICY = tuple(sorted(Platform._meta.db_fields - {"id", "name", "timezone", "created_at"}))
"""The platform's rules, on which the conditions of alerts may depend: a change of one is another shape."""


class Values(NamedTuple):
    """What one request puts in the places of the stand-ins."""

    platform: str
    key: str
    now: datetime
    role_ids: list[str]
    limit: int
    offset: int
    beyond: Sequence[Any]


Place = Callable[[Values], Any]


class Question(NamedTuple):
    """The shape of a common question: everything that changes the text of its statement."""

    query: UserQuery
    window: Window
    columns: Columns
    policy: tuple[int | bool, ...]
    dialect: str


def common_question(query: UserQuery, dialect: str) -> UserQuery | None:
    """The question with stand-ins for what is searched and for roles, which are one value on PostgreSQL alone.

    None for questions too various to keep statements for.
    """
    if query.text or query.last_login != ANY_TIME or query.created != ANY_TIME:
        return None
    if query.role_ids:
        if dialect != "postgres":
            return None
        query = replace(query, role_ids=ROLES)
    if query.search is None:
        return query
    return replace(query, search=KEY) if searched_key(query.search) else None


async def rows_of_common(
    shape: UserQuery, query: UserQuery, policy: Platform, now: datetime, window: Window, columns: Columns, database: Any
) -> list[User]:
    """The rows of a window of a common question."""
    offset = OFFSET if window.offset else 0
    limit = window.limit if window.limit in WRITTEN_LIMITS else LIMIT
    stand_in = Window(window.order, _beyond(window), window.backwards, offset, limit)
    facts = tuple(getattr(policy, name) for name in POLICY) if query.alerts is not None else ()
    statement, places = _prepared(Question(shape, stand_in, columns, facts, database.capabilities.dialect))
    values = Values(
        platform=str(policy.id),
        key=(searched_key(query.search) or "") if query.search else "",
        now=now,
        role_ids=[str(id) for id in query.role_ids or ()],
        limit=window.limit,
        offset=window.offset,
        beyond=[str(value) if isinstance(value, UUID) else value for value in window.beyond or ()],
    )
    rows: list[User] = await statement.rows(database, [place(values) for place in places])
    return rows


async def row_of_one(platform_id: UUID, user_id: UUID, columns: Columns, database: Any) -> User | None:
    """The row of one user of a platform."""
    statement = _prepared_one(columns, database.capabilities.dialect)
    rows: list[User] = await statement.rows(database, [str(platform_id), str(user_id)])
    return rows[0] if rows else None


@lru_cache(maxsize=1024)
def _prepared_one(columns: Columns, dialect: str) -> Shape:
    """Takes the platform's and the user's id, in this order."""
    shape = shape_of(users_of(PLATFORM).filter(id=BEYOND_ID), columns)
    assert shape.values == (str(PLATFORM), str(BEYOND_ID))
    return shape


@lru_cache(maxsize=1024)
def _prepared(question: Question) -> tuple[Shape, tuple[Place, ...]]:
    policy = Platform(**dict(zip(POLICY, question.policy, strict=False)))
    rows = rows_that_match(PLATFORM, policy, question.query, NOW)
    limit = question.window.limit
    shape = shape_of(question.window.of(rows), question.columns, limit=None if limit == LIMIT else limit)
    return shape, tuple(_place(value, question.window) for value in shape.values)


def _beyond(window: Window) -> tuple[Any, ...] | None:
    """Stand-ins for the values of a cursor, told apart by their position."""
    if window.beyond is None:
        return None
    return tuple(_stand_in(value, position) for position, value in enumerate(window.beyond))


def _stand_in(value: Any, position: int) -> Any:
    if isinstance(value, UUID):
        return BEYOND_ID
    if isinstance(value, datetime):
        return BEYOND_INSTANT + timedelta(microseconds=position)
    return BEYOND_TEXT + str(position)


def _place(value: Any, window: Window) -> Place:
    """What goes where this value came out."""
    if isinstance(value, datetime):
        if abs(value - NOW) < FAR_FROM_NOW:
            distance = value - NOW
            return lambda values: values.now + distance
        if value in (window.beyond or ()):
            return _beyond_place((value - BEYOND_INSTANT) // timedelta(microseconds=1))
    if isinstance(value, list):
        return lambda values: values.role_ids
    text = str(value)
    if text.startswith(BEYOND_TEXT):
        return _beyond_place(int(text[1:]))
    if text.startswith(KEY):
        rest = text[1:]
        return lambda values: values.key + rest
    named: dict[str, Place] = {
        str(PLATFORM): lambda values: values.platform,
        str(BEYOND_ID): lambda values: values.beyond[-1],
        str(LIMIT): lambda values: values.limit,
        str(OFFSET): lambda values: values.offset,
    }
    return named.get(text, lambda values: value)


def _beyond_place(position: int) -> Place:
    return lambda values: values.beyond[position]
