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

import orjson
from tortoise import Model
from tortoise.queryset import QuerySet

from models.keys import LONGEST_KEY
from models.keyset import RowsBeyond
from services.instants import BetweenMicroseconds, instant_of

PAGE, LARGEST = 25, 100
DEEPEST_OFFSET = 2**31 - 1
IN_UTC = ("Z", "+00:00")
URL_SAFE = bytes.maketrans(b"+/", b"-_")

Row = TypeVar("Row", bound=Model)


class BadPage(ValueError):
    """The page's arguments do not fit together; the message says which."""


@dataclass(frozen=True)
class PageArguments:
    """As the client gives them; `checked` before use."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None
    offset: int | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            raise BadPage("Give `first` or `last`, not both.")
        for name, size in (("first", self.first), ("last", self.last)):
            if size is not None and not 1 <= size <= LARGEST:
                raise BadPage(f"`{name}` must be between 1 and {LARGEST}.")
        if self.offset is not None and (self.after is not None or self.before is not None or self.last is not None):
            raise BadPage("`offset` goes with `first` only, without a cursor.")
        if self.offset is not None and not 0 <= self.offset <= DEEPEST_OFFSET:
            raise BadPage("`offset` must not be negative or beyond 2147483647.")
        if self.after is not None and self.before is not None:
            raise BadPage("Give `after` or `before`, not both.")
        if self.last is not None and self.after is not None:
            raise BadPage("`after` goes with `first`; `last` goes with `before`.")
        if self.last is None and self.before is not None:
            raise BadPage("`before` goes with `last`; `first` goes with `after`.")

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
    try:
        text = orjson.dumps((order, fingerprint), default=str)
    except TypeError:  # half of a surrogate pair in a search, which has no UTF-8
        text = repr((order, fingerprint)).encode(errors="surrogatepass")
    return hashlib.sha256(text).digest()[:6]


def _cursors(order: KeysetOrder, mark: bytes) -> Callable[[Model], str]:
    """Cursors: the row's place in the order behind the list's mark, in URL-safe base64 without padding."""
    place = attrgetter(*order.columns)

    def cursor_of(row: Model) -> str:
        encoded = b2a_base64(mark + orjson.dumps(place(row), default=str), newline=False)
        return encoded.rstrip(b"=").translate(URL_SAFE).decode()

    return cursor_of


def _decoded(cursor: str, mark: bytes, model: type[Model], order: KeysetOrder) -> list[Any]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = orjson.loads(raw[len(mark) :])
        decoded = [
            _typed(value, model._meta.fields_map[c].field_type) for value, c in zip(values, order.columns, strict=True)
        ]
    except (ValueError, TypeError) as error:
        raise BadPage("This cursor is broken.") from error
    if raw[: len(mark)] != mark:
        raise BadPage("This cursor belongs to another order or filter.")
    return decoded


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
