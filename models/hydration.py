"""Rows of only the columns that are asked for, in one statement, as instances of the models.

Tortoise builds the text of a statement and an instance of every row anew each time, which costs more than the
database does. Here the text is built once for each shape, and instances are filled by code made for their columns.
An instance has just the attributes that were asked for: reading another one raises AttributeError. They are for
reading: whoever changes a row locks it and reads it whole.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import orjson
from pypika_tortoise.terms import LiteralValue
from tortoise import Model
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.queryset import QuerySet

IS_NULL = re.compile(r'"\w+"\."\w+" IS NULL')
"""SQLite takes such a condition for rare, looks it up in an index, and sorts what may be nearly all users. Behind a `+`
it looks nothing up, and reads the list's order from the index of that order (sqlite.org/optoverview.html, 8)."""

Row = Sequence[Any]
Columns = tuple[str, ...]
"""Column names as Tortoise writes them from the first model on: `email`, `role__name`, `invitation__mail__state`."""


@dataclass(frozen=True)
class Shape:
    """The text of a statement, the columns that it gives, and the values with which it was built."""

    sql: str
    values: tuple[Any, ...]
    model: type[Model]
    columns: Columns

    async def rows(self, database: Any, values: Sequence[Any]) -> list[Any]:
        """Runs the statement with values in the places of those it was built with."""
        return self.filled(await database.rows(self.sql, values), database)

    def filled(self, rows: Sequence[Row], database: Any) -> list[Any]:
        """Instances of the model for what the statement gave."""
        return _loader(self.model, self.columns, database.capabilities.dialect)(rows)


def shape_of(query: QuerySet[Any], columns: Columns, *, limit: int | None = None) -> Shape:
    """The statement that `query` would run, for these columns alone.

    `limit` is written into the text. PostgreSQL plans a statement anew each time while it cannot see how few rows are
    wanted; for a page of users that takes longer than fetching it.
    """
    selecting = query.values_list(*columns)
    selecting._choose_db_if_not_chosen()
    selecting._make_query()
    if limit is not None:
        selecting.query._limit = LiteralValue(str(limit))  # type: ignore[assignment]  # a term like any other
    sql, values = selecting.query.get_parameterized_sql()
    if selecting._db.capabilities.dialect == "sqlite":
        sql = IS_NULL.sub(r"+\g<0>", sql)
    return Shape(sql, tuple(values), query.model, columns)


def whole(model: type[Model], *relations: str) -> Columns:
    """All columns of the model and of those that these relations lead to, by way of those between."""
    columns = [*sorted(model._meta.db_fields)]
    for relation in relations:
        name, _, further = relation.partition("__")
        field = model._meta.fields_map[name]
        below = whole(field.related_model, *([further] if further else []))  # type: ignore[attr-defined]
        columns += [f"{name}__{column}" for column in below]
    return tuple(columns)


@lru_cache(maxsize=512)
def _loader(model: type[Model], columns: Columns, dialect: str) -> Callable[[Sequence[Row]], list[Any]]:
    """A function that fills instances, and those that hang on them, from rows of these columns."""
    writer = _Writer(dialect)
    made = writer.write(model, [(column.split("__"), index) for index, column in enumerate(columns)])
    body = [*writer.lines, f"add({made})"]
    row = f"({', '.join(f'c{index}' for index in range(len(columns)))},)"
    lines = [
        *writer.first,
        "found = []",
        "add = found.append",
        f"for {row} in rows:",
        *(f"    {line}" for line in body),
    ]
    source = "\n".join(["def load(rows):", *(f"    {line}" for line in lines), "    return found"])
    exec(compile(source, f"<rows of {model.__name__}>", "exec"), writer.names)  # noqa: S102  made of our own columns
    load: Callable[[Sequence[Row]], list[Any]] = writer.names["load"]
    return load


def _filling(instance: str, parts: dict[str, str], *, related: bool) -> list[str]:
    if related:
        return [f"fill({instance}, '__dict__', {{{', '.join(f'{name!r}: {value}' for name, value in parts.items())}}})"]
    return [f"{instance}.{name} = {value}" for name, value in parts.items()]


@cache
def _rows_of(model: type[Model]) -> type[Model]:
    """The model with a place for each column: filling those takes a fifth of the time that a dictionary takes.

    Made past Tortoise's metaclass, which would take it for another table; its rows equal none of the model's own. Only
    for the rows of a list themselves: what they refer to may be handed on to other rows, and Tortoise wants those to be
    of its own class.
    """
    names = [*model._meta.db_fields, *(f"_{name}" for name in model._meta.fetch_fields)]
    body = {"__slots__": tuple(names), "__setattr__": object.__setattr__, "__module__": model.__module__}
    return type.__new__(type(model), model.__name__, (model,), body)


class _Writer:
    """Writes a loader; related instances first, because their owners refer to them.

    Rows that refer to one and the same row, as users do to their role, get one and the same instance.
    """

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self.first: list[str] = []
        self.lines: list[str] = []
        self.names: dict[str, Any] = {"new": object.__new__, "fill": object.__setattr__}  # Tortoise's own does more
        self._count = 0

    def write(self, model: type[Model], columns: list[tuple[list[str], int]], *, related: str = "") -> str:
        """Appends what makes an instance, and gives the variable that has it."""
        own = {path[0]: index for path, index in columns if len(path) == 1}
        parts = {name: self._value(model, name, index) for name, index in own.items()}
        before, self.lines = self.lines, []
        for name in dict.fromkeys(path[0] for path, _ in columns if len(path) > 1):
            parts |= self._related(model, name, columns, own)
        self._count += 1
        instance = f"r{self._count}"
        self.names[f"M{self._count}"] = model if related else _rows_of(model)
        making = [*self.lines, f"{instance} = new(M{self._count})", *_filling(instance, parts, related=bool(related))]
        self.lines = before + (self._once(instance, own["id"], making) if related else making)
        return instance

    def _related(
        self, model: type[Model], name: str, columns: list[tuple[list[str], int]], own: dict[str, int]
    ) -> dict[str, str]:
        field = model._meta.fields_map[name]
        below = [(path[1:], index) for path, index in columns if len(path) > 1 and path[0] == name]
        target = self.write(field.related_model, below, related=name)  # type: ignore[attr-defined]
        parts = {f"_{name}": target}
        if isinstance(field, ForeignKeyFieldInstance) and field.source_field not in own:
            parts[field.source_field or ""] = f"{target} and {target}.id"
        return parts

    def _once(self, instance: str, id: int, making: list[str]) -> list[str]:
        """None where there is no such row; otherwise one instance for each id."""
        self.first.append(f"known_{instance} = {{None: None}}")
        return [
            f"{instance} = known_{instance}.get(c{id}, known_{instance})",
            f"if {instance} is known_{instance}:",
            *(f"    {line}" for line in making),
            f"    known_{instance}[c{id}] = {instance}",
        ]

    def _value(self, model: type[Model], name: str, index: int) -> str:
        decode = _decoder(model._meta.fields_map[name].field_type, self._dialect)
        if decode is None:
            return f"c{index}"
        self.names[decode.__name__] = decode
        return f"{decode.__name__}(c{index})"


def _decoder(type: Any, dialect: str) -> Callable[[Any], Any] | None:
    """What makes a column's type of what the driver gives; None: nothing has to be done."""
    if type in (dict, list) or type == dict | list:
        return _json
    if dialect == "postgres":
        return None
    decoders: dict[Any, Callable[[Any], Any]] = {UUID: _uuid, datetime: _instant, bool: _truth}
    return decoders.get(type)


def _json(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)


def _uuid(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)


def _instant(value: str | None) -> datetime | None:
    if value is None:
        return None
    instant = datetime.fromisoformat(value)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _truth(value: int | None) -> bool | None:
    return None if value is None else bool(value)
