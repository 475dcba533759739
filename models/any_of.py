"""A list of values as one parameter on PostgreSQL: statements for lists of all lengths have one text, and one plan."""

from collections.abc import Sequence
from typing import Any

from pypika_tortoise.terms import Function, ValueWrapper
from tortoise.expressions import Q, ResolveContext
from tortoise.query_utils import QueryModifier


class AnyOf(Q):
    """`column = ANY (values)`, an ordinary condition to `filter()`; on SQLite, which has no lists, `IN`."""

    __slots__ = ("column", "values")

    def __init__(self, column: str, values: Sequence[Any]) -> None:
        super().__init__()
        self.column, self.values = column, list(values)

    def __bool__(self) -> bool:
        return True

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        model = resolve_context.model
        if model._meta.db.capabilities.dialect != "postgres":
            condition: dict[str, Any] = {f"{self.column}__in": self.values}
            return Q(**condition).resolve(resolve_context)
        field = model._meta.fields_map[self.column]
        values = ValueWrapper([field.to_db_value(value, model) for value in self.values])
        return QueryModifier(where_criterion=resolve_context.table[self.column] == Function("ANY", values))
