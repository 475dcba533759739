"""What is asked, and the process that holds one database open and answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any
from uuid import uuid4

from bench.peers.data import ADMINISTRATOR
from bench.scale.databases import Database
from models.alerts import AlertType
from models.database import opened
from models.session import Session
from models.status import UserStatus
from services import facets
from services.actor import Actor, Origin
from services.directory import list_users, matching
from services.paging import Page, PageArguments
from services.user_query import UserOrderField, UserQuery
from services.visibility import signing_in_as

PAGE = 25
COLUMNS = (
    *("id", "email", "first_name", "last_name", "activated_at", "disabled_at", "last_login_at"),
    *("role__id", "role__name"),
)

PAGES = (
    "first page",
    "prefix s",
    "prefix smi",
    "cursor in the middle",
    "cursor near the end",
    "by last sign-in",
    "active",
)
"""These must not take longer among many users."""

OTHERS = ("locked out", "total", "total of active", "facet status", "facet MFA", "facet roles", "facet alerts")
"""These look at more of them."""

Answer = Callable[[], Awaitable[Any]]
Times = tuple[float, float]
"""Milliseconds: until answered, and of that until the database had answered its statements."""


def start(database: Database) -> Connection:
    """A process that answers the questions sent to it with Times, until None is sent."""
    ours, theirs = get_context("spawn").Pipe()
    get_context("spawn").Process(target=_serve, args=(database.url, database.users, theirs), daemon=True).start()
    return ours


def _serve(url: str, users: int, pipe: Connection) -> None:
    asyncio.run(_answer(url, users, pipe))


async def _answer(url: str, users: int, pipe: Connection) -> None:
    statements: list[float] = []
    async with opened(url, on_statement=lambda sql, seconds, error: statements.append(1000 * seconds)):
        answers = await _answers(users)
        while (question := pipe.recv()) is not None:
            statements.clear()
            began = time.perf_counter()
            found = await answers[question]()
            elapsed = 1000 * (time.perf_counter() - began)
            assert question not in PAGES or len(found.rows) == PAGE, question
            pipe.send((elapsed, sum(statements)))


async def _answers(users: int) -> dict[str, Answer]:
    user = await signing_in_as(ADMINISTRATOR).select_related("role", "platform").get()
    now = datetime.now(UTC)
    actor = Actor(user, Session(id=uuid4(), user_id=user.id, created_at=now, last_seen_at=now), Origin())

    def page(query: UserQuery, arguments: PageArguments, order: UserOrderField) -> Awaitable[Page[Any]]:
        return list_users(actor, query, order, arguments, descending=False, now=now, columns=COLUMNS)

    def first(query: UserQuery, order: UserOrderField = UserOrderField.LAST_NAME) -> Answer:
        return lambda: page(query, PageArguments(first=PAGE), order)

    async def behind(offset: int) -> Answer:
        found = await page(UserQuery(), PageArguments(first=1, offset=offset), UserOrderField.LAST_NAME)
        after = PageArguments(first=PAGE, after=found.cursor_of(found.rows[0]))
        return lambda: page(UserQuery(), after, UserOrderField.LAST_NAME)

    async def total(query: UserQuery) -> int:
        return await (await matching(actor, query, now)).count()

    everyone, active = UserQuery(), UserQuery(status=(UserStatus.ACTIVE,))
    asked: tuple[Answer, ...] = (
        first(everyone),
        first(UserQuery(search="s")),
        first(UserQuery(search="smi" if users > 10_000 else "s")),
        await behind(users // 2),
        await behind(users - 2 * PAGE),
        first(everyone, UserOrderField.LAST_LOGIN_AT),
        first(active),
        first(UserQuery(alerts=(AlertType.SECURITY_LOCKED_OUT,))),
        lambda: total(everyone),
        lambda: total(active),
        lambda: facets.count_by_status(actor, everyone, now),
        lambda: facets.count_by_mfa(actor, everyone, now),
        lambda: facets.count_by_role(actor, everyone, now),
        lambda: facets.count_by_alert(actor, everyone, now),
    )
    return dict(zip((*PAGES, *OTHERS), asked, strict=True))
