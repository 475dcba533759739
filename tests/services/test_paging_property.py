"""Pages of any list, in any order: every row once, in order, both ways, also while rows come and go."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.alerts import AlertType
from models.status import UserStatus
from models.user import User
from services.actor import Actor
from services.directory import list_users, matching
from services.paging import Page, PageArguments
from services.user_query import ORDER_COLUMNS, Span, UserOrderField, UserQuery
from tests.conftest import T0
from tests.models.facts import NAMES, write
from tests.world import World

pytestmark = pytest.mark.anyio
ON_ONE_DATABASE = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])

INSTANTS = [T0, T0 - timedelta(microseconds=1), T0 - timedelta(days=100)]
NOTHING = dict.fromkeys(
    ("disabled_at", "password_changed_at", "locked_at", "sso_linked_at", "invitation_expires_at", "mail_state")
)
PEOPLE = st.fixed_dictionaries(
    {
        **{name: st.just(None) for name in NOTHING},
        "first_name": st.sampled_from(NAMES),
        "last_name": st.sampled_from(NAMES),
        "created_at": st.sampled_from(INSTANTS),
        "activated_at": st.none() | st.just(T0),
        "last_login_at": st.none() | st.sampled_from(INSTANTS),
        "totp_confirmed_at": st.none() | st.just(T0),
    }
)
QUERIES = st.sampled_from(
    [
        UserQuery(),
        UserQuery(search="MÜ"),
        UserQuery(search="a", status=(UserStatus.ACTIVE, UserStatus.INVITED)),
        UserQuery(mfa_enabled=False),
        UserQuery(text="ad mu"),
        UserQuery(alerts=(AlertType.DORMANT, AlertType.INVITATION_UNDELIVERABLE)),
        UserQuery(last_login=Span(before=T0)),
    ]
)


@dataclass(frozen=True)
class Asked:
    """A list in one order, of whole rows or of a few columns."""

    query: UserQuery
    field: UserOrderField
    descending: bool
    columns: tuple[str, ...] | None


BY_NAME = Asked(UserQuery(), UserOrderField.LAST_NAME, descending=False, columns=None)


class Lists:
    """A list of an actor's platform, page by page."""

    def __init__(self, actor: Actor, asked: Asked) -> None:
        self.actor, self.asked = actor, asked

    async def page(self, **arguments: Any) -> Page[User]:
        asked, window = self.asked, PageArguments(**arguments)
        options = {"descending": asked.descending, "columns": asked.columns}
        return await list_users(self.actor, asked.query, asked.field, window, now=T0, **options)

    async def expected(self) -> list[UUID]:
        """The order as Python has it, from rows that were read without any order."""
        rows = await matching(self.actor, self.asked.query, T0)
        columns = ORDER_COLUMNS[self.asked.field]
        keys = {row.id: tuple(getattr(row, column) for column in columns) for row in await rows}
        return sorted(keys, key=keys.__getitem__, reverse=self.asked.descending)

    async def forwards(self, size: int) -> AsyncIterator[list[UUID]]:
        page = await self.page(first=size)
        assert page.has_previous is False
        while True:
            yield ids(page)
            if not page.has_next:
                return
            assert len(page.rows) == size
            page = await self.page(first=size, after=page.cursor_of(page.rows[-1]))
            assert page.has_previous is True

    async def backwards(self, size: int) -> AsyncIterator[list[UUID]]:
        page = await self.page(last=size)
        assert page.has_next is False
        while True:
            yield ids(page)
            if not page.has_previous:
                return
            assert len(page.rows) == size
            page = await self.page(last=size, before=page.cursor_of(page.rows[0]))
            assert page.has_next is True


def ids(page: Page[User]) -> list[UUID]:
    return [row.id for row in page.rows]


def every_list(most: int, **more: st.SearchStrategy[Any]) -> Any:
    """Draws people, a list of them and a page size, and what else is asked for."""
    asked = st.builds(
        Asked,
        query=QUERIES,
        field=st.sampled_from(UserOrderField),
        descending=st.booleans(),
        columns=st.sampled_from([None, ("first_name", "role__id", "role__name")]),
    )
    people = st.lists(PEOPLE, min_size=1, max_size=most)
    return given(people=people, asked=asked, size=st.integers(1, 5), **more)


@pytest.fixture
async def actor(world: World) -> Actor:
    return await world.actor(await world.admin())


async def _people(actor: Actor, people: list[dict[str, Any]]) -> None:
    await write(people, actor.user.platform_id, [actor.user.role_id])


@every_list(most=11)
@ON_ONE_DATABASE
async def test_pages_both_ways_and_numbered_pages_show_every_row_once_in_order(
    actor: Actor, people: list[dict[str, Any]], asked: Asked, size: int
) -> None:
    await _people(actor, people)
    lists = Lists(actor, asked)
    expected = await lists.expected()
    assert [id async for page in lists.forwards(size) for id in page] == expected
    backwards = [page async for page in lists.backwards(size)]
    assert [id for page in reversed(backwards) for id in page] == expected
    for offset in range(0, len(expected) + 1, size):
        page = await lists.page(first=size, offset=offset)
        assert ids(page) == expected[offset : offset + size]
        assert (page.has_previous, page.has_next) == (offset > 0, offset + size < len(expected))


@every_list(most=7)
@ON_ONE_DATABASE
async def test_from_any_row_the_page_behind_it_and_the_page_before_it_lie_next_to_it(
    actor: Actor, people: list[dict[str, Any]], asked: Asked, size: int
) -> None:
    await _people(actor, people)
    lists = Lists(actor, asked)
    whole = await lists.page(first=100)
    expected = await lists.expected()
    for place, row in enumerate(whole.rows):
        cursor = whole.cursor_of(row)
        after, before = await lists.page(first=size, after=cursor), await lists.page(last=size, before=cursor)
        assert ids(after) == expected[place + 1 : place + 1 + size]
        assert ids(before) == expected[max(0, place - size) : place]
        assert after.has_next is (place + 1 + size < len(expected))
        assert before.has_previous is (place > size)


@every_list(
    most=9,
    happenings=st.lists(st.one_of(st.integers(0, 99), PEOPLE), min_size=1, max_size=6),
    turned=st.booleans(),
)
@ON_ONE_DATABASE
async def test_rows_that_stay_are_seen_once_while_others_come_and_go(
    actor: Actor,
    people: list[dict[str, Any]],
    asked: Asked,
    size: int,
    happenings: list[int | dict[str, Any]],
    turned: bool,
) -> None:
    await _people(actor, people)
    lists = Lists(actor, asked)
    there, seen, waiting = set(await lists.expected()), list[UUID](), list(happenings)
    async for page in lists.backwards(size) if turned else lists.forwards(size):
        seen = page + seen if turned else seen + page
        if waiting:
            await _happens(actor, waiting.pop())
            there &= set(await lists.expected())
    assert len(seen) == len(set(seen))
    final = [id for id in await lists.expected() if id in there]
    assert [id for id in seen if id in there] == final


async def _happens(actor: Actor, happening: int | dict[str, Any]) -> None:
    """A number deletes one of those who are there, whoever that is; facts add somebody."""
    platform_id = actor.user.platform_id
    if isinstance(happening, int):
        everyone = await User.filter(platform_id=platform_id).order_by("id")
        if everyone:
            await everyone[happening % len(everyone)].delete()
        return
    await write([happening], platform_id, [actor.user.role_id], others_stay=True)


async def test_a_cursor_of_a_deleted_row_still_marks_its_place(actor: Actor) -> None:
    person = {**NOTHING, "first_name": "Ada", "created_at": T0, "activated_at": T0, "last_login_at": None}
    person["totp_confirmed_at"] = None
    await _people(actor, [person | {"last_name": name} for name in ("A", "B", "C")])
    lists = Lists(actor, BY_NAME)
    page = await lists.page(first=2)
    await User.filter(id=page.rows[1].id).delete()
    assert [row.last_name for row in (await lists.page(first=2, after=page.cursor_of(page.rows[1]))).rows] == ["C"]
    assert [row.last_name for row in (await lists.page(last=2, before=page.cursor_of(page.rows[1]))).rows] == ["A"]


async def test_a_cursor_is_good_for_the_list_that_gave_it_only(actor: Actor) -> None:
    lists = Lists(actor, BY_NAME)
    page = await lists.page(first=1)
    cursor = page.cursor_of(page.rows[0])
    other = Lists(actor, replace(BY_NAME, query=UserQuery(never_signed_in=True)))
    with pytest.raises(ValueError, match="another order or filter"):
        await other.page(first=1, after=cursor)
