"""Cursors come back from clients: whatever was done to one, the answer is BadPage and never another error."""

import base64
from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.actor import Actor
from services.directory import list_users
from services.paging import MARK, BadPage, PageArguments, sealed
from services.user_query import Span, UserOrderField, UserQuery
from tests.conftest import T0
from tests.world import World

pytestmark = pytest.mark.anyio

ID = "00000000-0000-4000-8000-000000000001"
NOON = "2026-11-22T12:00:00"
EVERYBODY = UserQuery()


@pytest.fixture
async def actor(world: World) -> Actor:
    return await world.actor(await world.admin())


async def page(actor: Actor, field: UserOrderField, query: UserQuery = EVERYBODY, **arguments: Any) -> Any:
    return await list_users(actor, query, field, PageArguments(**arguments), descending=False, now=T0)


async def forged(actor: Actor, field: UserOrderField, values: bytes, query: UserQuery = EVERYBODY) -> str:
    """A cursor of this very list with other values inside."""
    first = await page(actor, field, query, first=1)
    cursor = first.cursor_of(first.rows[0])
    mark = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[:MARK]
    return sealed(mark, values)


@pytest.mark.parametrize(
    "values",
    [
        [NOON, ID],
        ["2026-11-22", ID],
        ["0001-01-01T00:00:00+23:59", ID],
        ["9999-12-31T23:59:59-23:59", ID],
        ["2026-11-22T12:00:00+01:00", ID],
        [f"{NOON}.0000001Z", ID],
        ["2026-W47-7T12:00:00Z", ID],
        ["20261122T120000Z", ID],
        ["2026-11-22 12:00:00Z", ID],
        [f"{NOON}-00:00", ID],
        [f"{NOON}+00:00"],
        [f"{NOON}+00:00", ID, ID],
        [f"{NOON}+00:00", "no uuid"],
        [f"{NOON}+00:00", None],
        [1, ID],
        [[], {}],
        {"a": ID},
        "text",
        7,
        None,
    ],
)
async def test_forged_instants_are_refused(actor: Actor, values: Any) -> None:
    cursor = await forged(actor, UserOrderField.CREATED_AT, orjson.dumps(values))
    with pytest.raises(BadPage):
        await page(actor, UserOrderField.CREATED_AT, first=1, after=cursor)


@pytest.mark.parametrize("values", [b"", b"[", b'["\\ud800", "' + ID.encode() + b'"]', b"\xff", b'["a\\u0000", ""]'])
async def test_forged_texts_are_refused(actor: Actor, values: bytes) -> None:
    cursor = await forged(actor, UserOrderField.EMAIL, values)
    with pytest.raises(BadPage):
        await page(actor, UserOrderField.EMAIL, last=1, before=cursor)


async def test_forged_texts_longer_than_any_key_are_refused_whatever_the_filter(actor: Actor) -> None:
    for query in (EVERYBODY, UserQuery(created=Span(before=T0 + timedelta(days=1)))):
        cursor = await forged(actor, UserOrderField.EMAIL, orjson.dumps(["x" * 401, ID]), query)
        with pytest.raises(BadPage, match="broken"):
            await page(actor, UserOrderField.EMAIL, query, first=1, after=cursor)


@pytest.mark.parametrize("cursor", ["", "=", "é", "\ud800", "a" * 50_000, "AAAA", "AAAAAAAAAAAA"])
async def test_what_is_no_cursor_at_all_is_refused(actor: Actor, cursor: str) -> None:
    with pytest.raises(BadPage):
        await page(actor, UserOrderField.EMAIL, first=1, after=cursor)


async def test_extreme_values_are_places_like_any_other(actor: Actor) -> None:
    for instant, found in ((f"{NOON}.000001+00:00", 0), ("0001-01-01T00:00:00+00:00", 1), ("9999-12-31T23:59:59Z", 0)):
        cursor = await forged(actor, UserOrderField.CREATED_AT, orjson.dumps([instant, ID]))
        assert len((await page(actor, UserOrderField.CREATED_AT, first=1, after=cursor)).rows) == found
    before = orjson.dumps([(T0 - timedelta(microseconds=1)).isoformat(), ID])
    cursor = await forged(actor, UserOrderField.CREATED_AT, before)
    assert len((await page(actor, UserOrderField.CREATED_AT, first=1, after=cursor)).rows) == 1


async def test_a_cursor_of_another_platform_is_refused(world: World, actor: Actor) -> None:
    stranger = await world.actor(await world.admin(await world.platform("Other")))
    first = await page(stranger, UserOrderField.EMAIL, first=1)
    with pytest.raises(BadPage, match="another order or filter"):
        await page(actor, UserOrderField.EMAIL, first=1, after=first.cursor_of(first.rows[0]))


LISTS = [(field, descending) for field in UserOrderField for descending in (False, True)]


async def test_a_cursor_of_each_order_says_in_each_other_order_that_it_belongs_to_another(actor: Actor) -> None:
    for own in LISTS:
        given = await list_users(actor, EVERYBODY, own[0], PageArguments(first=1), descending=own[1], now=T0)
        arguments = PageArguments(first=1, after=given.cursor_of(given.rows[0]))
        for other in LISTS:
            if other == own:
                await list_users(actor, EVERYBODY, other[0], arguments, descending=other[1], now=T0)
                continue
            with pytest.raises(BadPage) as refused:
                await list_users(actor, EVERYBODY, other[0], arguments, descending=other[1], now=T0)
            assert str(refused.value) == "This cursor belongs to another order or filter.", (own, other)


@pytest.mark.parametrize("field", UserOrderField)
async def test_a_cursor_that_was_cut_off_or_altered_anywhere_is_broken(actor: Actor, field: UserOrderField) -> None:
    first = await page(actor, field, first=1)
    cursor = first.cursor_of(first.rows[0])
    cut = [cursor[:length] for length in range(len(cursor))]
    letters = [("A" if letter != "A" else "B", place) for place, letter in enumerate(cursor)]
    altered = [cursor[:place] + letter + cursor[place + 1 :] for letter, place in letters]
    for bad in (*cut, *altered, cursor + "A", cursor + "=", cursor + " ", cursor.swapcase(), cursor * 2):
        with pytest.raises(BadPage) as refused:
            await page(actor, field, first=1, after=bad)
        assert str(refused.value) == "This cursor is broken: it was cut off or altered.", bad
