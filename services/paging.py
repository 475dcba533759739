"""Pages of an ordered list: keyset cursors both ways, or an offset for numbered pages."""

import base64
import hashlib
from binascii import b2a_base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID
from zlib import crc32

import orjson
from tortoise import Model
from tortoise.queryset import QuerySet

from models.keys import LONGEST_KEY
from models.keyset import RowsBeyond
from services.instants import BetweenMicroseconds, instant_of

PAGE, LARGEST = 25, 100
DEEPEST_OFFSET = 2**31 - 1
MARK, CHECKSUM = 6, 4
"""Bytes at the beginning of a cursor."""
BROKEN = "This cursor is broken: it was cut off or altered."
IN_UTC = ("Z", "+00:00")
URL_SAFE = bytes.maketrans(b"+/", b"-_")

Row = TypeVar("Row", bound=Model)


class BadPage(ValueError):
    """The page's arguments do not fit together; the message says which."""


EXCLUSIVE = {
    ("first", "last"): "Give `first` or `last`, not both.",
    ("after", "before"): "Give `after` or `before`, not both.",
    ("first", "before"): "`first` goes with `after`, not with `before`.",
    ("last", "after"): "`last` goes with `before`, not with `after`.",
    ("offset", "last"): "Give `offset` or `last`, not both.",
    ("offset", "after"): "Give `offset` or `after`, not both.",
    ("offset", "before"): "Give `offset` or `before`, not both.",
}
"""Arguments that exclude each other, with the message that says so."""


@dataclass(frozen=True)
class PageArguments:
    """As the client gives them. Raises BadPage where they do not fit together or a number is out of bounds."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None
    offset: int | None = None

    def __post_init__(self) -> None:
        for (one, other), message in EXCLUSIVE.items():
            if getattr(self, one) is not None and getattr(self, other) is not None:
                raise BadPage(message)
        if self.before is not None and self.last is None:
            raise BadPage("`before` needs `last`, the number of rows before the cursor.")
        for name, size in (("first", self.first), ("last", self.last)):
            if size is not None and not 1 <= size <= LARGEST:
                raise BadPage(f"`{name}` must be between 1 and {LARGEST}.")
        if self.offset is not None and not 0 <= self.offset <= DEEPEST_OFFSET:
            raise BadPage(f"`offset` must be between 0 and {DEEPEST_OFFSET}.")

    @property
    def size(self) -> int:
        return self.first or self.last or PAGE

    @property
    def backwards(self) -> bool:
        return self.last is not None

    @property
    def cursor(self) -> str | None:
        return self.before if self.backwards else self.after


@dataclass(frozen=True)
class KeysetOrder:
    """The columns of a total order, all in one direction; the last is the id, which makes it total."""

    columns: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    has_next: bool
    has_previous: bool
    cursor_of: Callable[[Row], str]


class Window(NamedTuple):
    """The rows to fetch: in this order, beyond the cursor's values or from an offset on, at most so many."""

    order: KeysetOrder
    beyond: Sequence[Any] | None
    backwards: bool
    offset: int
    limit: int

    def of(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        if self.beyond is not None:
            rows = rows.filter(RowsBeyond(self.order.columns, self.beyond, backwards=self.backwards))
            # Of two bounds on one column SQLite uses the first: the cursor's, which is never the looser one.
            rows._q_objects.insert(0, rows._q_objects.pop())
        sign = "-" if self.backwards else ""
        return rows.order_by(*[sign + column for column in self.order.columns]).offset(self.offset).limit(self.limit)


Fetch = Callable[[Window], Awaitable[list[Row]]]


def all_of(rows: QuerySet[Row]) -> Fetch[Row]:
    """Fetches from these rows, by Tortoise."""

    async def fetch(window: Window) -> list[Row]:
        return list(await window.of(rows))

    return fetch


async def page_of(
    model: type[Row], fetch: Fetch[Row], order: KeysetOrder, arguments: PageArguments, *, fingerprint: Any
) -> Page[Row]:
    """One page. `fingerprint` names list, filter and order: a cursor of another list is refused with BadPage."""
    mark = _mark(order, fingerprint)
    cursor = arguments.cursor
    window = Window(
        order=order,
        beyond=None if cursor is None else _decoded(cursor, mark, model, order),
        backwards=arguments.backwards != order.descending,
        offset=arguments.offset or 0,
        limit=arguments.size + 1,
    )
    found = await fetch(window)
    more, found = len(found) > arguments.size, found[: arguments.size]
    if arguments.backwards:
        found.reverse()
    beyond = cursor is not None or bool(arguments.offset)
    return Page(
        rows=found,
        has_next=beyond if arguments.backwards else more,
        has_previous=more if arguments.backwards else beyond,
        cursor_of=_cursors(order, mark),
    )


def _mark(order: KeysetOrder, fingerprint: Any) -> bytes:
    """MARK bytes that stand for the list, its filter and its order."""
    return hashlib.sha256(orjson.dumps((order, fingerprint), default=str)).digest()[:MARK]


def _cursors(order: KeysetOrder, mark: bytes) -> Callable[[Model], str]:
    """Gives the cursor of a row: its place in the order."""
    place = attrgetter(*order.columns)
    return lambda row: sealed(mark, orjson.dumps(place(row), default=str))


def sealed(mark: bytes, values: bytes) -> str:
    """A cursor: the list's mark, a checksum, and the values of the order's columns as JSON."""
    return _written(mark + crc32(values, crc32(mark)).to_bytes(CHECKSUM) + values)


def _written(raw: bytes) -> str:
    """In URL-safe base64 without padding."""
    return b2a_base64(raw, newline=False).rstrip(b"=").translate(URL_SAFE).decode()


def _decoded(cursor: str, mark: bytes, model: type[Model], order: KeysetOrder) -> list[Any]:
    """The values of the columns. Raises BadPage for a cursor that is not whole, and for one of another list."""
    raw = _whole(cursor)
    if raw[:MARK] != mark:
        raise BadPage("This cursor belongs to another order or filter.")
    fields = model._meta.fields_map
    try:
        values = orjson.loads(raw[MARK + CHECKSUM :])
        return [_typed(value, fields[c].field_type) for value, c in zip(values, order.columns, strict=True)]
    except (ValueError, TypeError) as error:
        raise BadPage(BROKEN) from error


def _whole(cursor: str) -> bytes:
    """The bytes of a cursor that came back as it was given. Raises BadPage for one that was cut off or altered."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadPage(BROKEN) from error
    checksum = crc32(raw[MARK + CHECKSUM :], crc32(raw[:MARK])).to_bytes(CHECKSUM)
    if raw[MARK : MARK + CHECKSUM] != checksum or _written(raw) != cursor:
        raise BadPage(BROKEN)
    return raw


def _typed(value: str, type: type) -> Any:
    """What JSON has made of a key, as the column's type again."""
    if not isinstance(value, str) or "\x00" in value or len(value) > LONGEST_KEY:
        raise TypeError(value)
    if type is datetime:
        instant = instant_of(value)
        if not value.endswith(IN_UTC) or isinstance(instant, BetweenMicroseconds):
            raise ValueError(value)
        return instant
    return UUID(value) if type is UUID else value
