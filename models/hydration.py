"""Rows of only the columns that are asked for, in one statement, as instances of the models.

Tortoise builds the text of a statement and an instance of every row anew each time, which costs more than the
database does. Here the text is built once for each shape, and instances are filled by code made for their columns.
An instance has just the attributes that were asked for: reading another one raises AttributeError.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from tortoise import Model, connections
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.queryset import QuerySet

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

    async def rows(self, values: Sequence[Any]) -> list[Any]:
        """Runs the statement with values in the places of those it was built with."""
        database = connections.get("default")
        _, rows = await database.execute_query(self.sql, list(values))
        load = _loader(self.model, self.columns, database.capabilities.dialect)
        return [load(row) for row in rows]


def shape_of(query: QuerySet[Any], columns: Columns) -> Shape:
    """The statement that `query` would run, for these columns alone."""
    selecting = query.values_list(*columns)
    selecting._choose_db_if_not_chosen()
    selecting._make_query()
    sql, values = selecting.query.get_parameterized_sql()
    return Shape(sql, tuple(values), query.model, columns)


@lru_cache(maxsize=512)
def _loader(model: type[Model], columns: Columns, dialect: str) -> Callable[[Row], Any]:
    """A function that fills an instance, and those that hang on it, from a row of these columns."""
    writer = _Writer(dialect)
    writer.write(model, [(column.split("__"), index) for index, column in enumerate(columns)])
    source = "\n".join(["def load(row):", *writer.lines, f"    return {writer.result}"])
    exec(compile(source, f"<rows of {model.__name__}>", "exec"), writer.names)  # noqa: S102  made of our own columns
    load: Callable[[Row], Any] = writer.names["load"]
    return load


class _Writer:
    """Writes the body of a loader; related instances first, because their owners refer to them."""

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self.lines: list[str] = []
        self.names: dict[str, Any] = {"fill": object.__setattr__}  # Tortoise's own looks each name up
        self.result = ""
        self._count = 0

    def write(self, model: type[Model], columns: list[tuple[list[str], int]], *, nullable: bool = False) -> str:
        own = {path[0]: index for path, index in columns if len(path) == 1}
        related = {path[0]: None for path, _ in columns if len(path) > 1}
        parts = [f'"{name}": {self._value(model, name, index)}' for name, index in own.items()]
        for name in related:
            field = model._meta.fields_map[name]
            below = [(path[1:], index) for path, index in columns if len(path) > 1 and path[0] == name]
            target = self.write(field.related_model, below, nullable=True)  # type: ignore[attr-defined]
            parts.append(f'"_{name}": {target}')
            if isinstance(field, ForeignKeyFieldInstance) and field.source_field not in own:
                parts.append(f'"{field.source_field}": {target} and {target}.pk')
        self._count += 1
        name = self.result = f"r{self._count}"
        self.names[model.__name__] = model
        indent = "    "
        if nullable:
            self.lines += [f"    {name} = None", f"    if row[{own['id']}] is not None:"]
            indent = "        "
        state = '"_partial": True, "_saved_in_db": True, "_custom_generated_pk": False, "_await_when_save": {}'
        self.lines += [
            f"{indent}{name} = {model.__name__}.__new__({model.__name__})",
            f"{indent}fill({name}, '__dict__', {{{', '.join([state, *parts])}}})",
        ]
        return name

    def _value(self, model: type[Model], name: str, index: int) -> str:
        decode = _decoder(model._meta.fields_map[name].field_type, self._dialect)
        if decode is None:
            return f"row[{index}]"
        self.names[decode.__name__] = decode
        return f"{decode.__name__}(row[{index}])"


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
