"""The condition of `filter.text`, written by hand: Tortoise takes a tenth of a millisecond for each subquery, and a
statement has as many of them as the text has words, which the cost limit does not know.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Criterion, Term, ValueWrapper
from tortoise.expressions import Q, ResolveContext
from tortoise.query_utils import QueryModifier

from models.keys import END_OF_PREFIX
from models.user import SearchWord


class HasWords(Q):
    """Users of the platform who have, for each of these beginnings, a word that begins so; for `filter()`."""

    __slots__ = ("beginnings", "platform_id")

    def __init__(self, platform_id: UUID, beginnings: Sequence[str]) -> None:
        super().__init__()
        self.platform_id, self.beginnings = platform_id, tuple(beginnings)

    def __bool__(self) -> bool:
        return True

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        platform_id = SearchWord._meta.fields_map["platform_id"].to_db_value(self.platform_id, SearchWord)
        owner = resolve_context.table["id"]
        return QueryModifier(where_criterion=_HasWords(owner, platform_id, self.beginnings))


class _HasWords(Criterion):
    def __init__(self, owner: Term, platform_id: Any, beginnings: Sequence[str]) -> None:
        super().__init__()
        self._owner, self._platform_id, self._beginnings = owner, platform_id, beginnings

    def nodes_(self) -> Iterator[Any]:
        yield self
        yield from self._owner.nodes_()

    def get_sql(self, ctx: SqlContext) -> str:
        owner = self._owner.get_sql(ctx)
        return f"({' AND '.join(f'{owner} IN ({self._having(beginning, ctx)})' for beginning in self._beginnings)})"

    def _having(self, beginning: str, ctx: SqlContext) -> str:
        platform, lowest, beyond = (
            ValueWrapper(value).get_sql(ctx) for value in (self._platform_id, beginning, beginning + END_OF_PREFIX)
        )
        where = f'"platform_id"={platform} AND "word">={lowest} AND "word"<{beyond}'
        return f'SELECT "user_id" FROM "search_words" WHERE {where}'  # noqa: S608  names and places of parameters
