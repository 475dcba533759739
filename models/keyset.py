"""Keyset conditions as row values, which both engines answer from one index range at any depth.

Tortoise would write them as a chain of ORs, which PostgreSQL answers by walking the index from its beginning.
"""

from collections.abc import Sequence
from typing import Any

from pypika_tortoise.terms import Tuple, ValueWrapper
from tortoise.expressions import Q, ResolveContext
from tortoise.query_utils import QueryModifier


class RowsBeyond(Q):
    """`(columns…) > (values…)`, or `<` with `backwards`; an ordinary condition to `filter()`."""

    __slots__ = ("backwards", "columns", "values")

    def __init__(self, columns: Sequence[str], values: Sequence[Any], *, backwards: bool = False) -> None:
        super().__init__()
        self.columns, self.values, self.backwards = tuple(columns), tuple(values), backwards

    def __bool__(self) -> bool:
        return True

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        model = resolve_context.model
        encoded = [
            model._meta.fields_map[column].to_db_value(value, model)
            for column, value in zip(self.columns, self.values, strict=True)
        ]
        left = Tuple(*[resolve_context.table[column] for column in self.columns])
        right = Tuple(*[ValueWrapper(value) for value in encoded])
        return QueryModifier(where_criterion=left < right if self.backwards else left > right)
