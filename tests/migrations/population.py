"""Fills every table of a database with linked rows, whatever the tables are."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tortoise import Model, fields
from tortoise.fields.relational import ForeignKeyFieldInstance

from models.migrating.chain import read_chain
from models.migrating.connection import connected
from models.migrating.record import applied

COPIES = 3


async def populate(url: str, package: str) -> None:
    """Three rows in each table that the applied migrations have made, the n-th linked to the n-th; no null anywhere."""
    chain = await read_chain(package)
    async with connected(url) as client:
        state = await chain.state(await applied(client))
        await fill(state.apps.apps.get("models", {}).values())


async def fill(models: Iterable[type[Model]]) -> None:
    made: dict[str, list[Any]] = {}
    waiting = list(models)
    while waiting:
        model = next(model for model in waiting if linked_tables(model) <= made.keys() | {model._meta.db_table})
        waiting.remove(model)
        created = [await model.create(**_values(model, number, made)) for number in range(COPIES)]
        made[model._meta.db_table] = [row.pk for row in created]


def linked_tables(model: type[Model]) -> set[str]:
    """The tables to which the model has foreign keys."""
    fields_of = model._meta.fields_map.values()
    links = (field for field in fields_of if isinstance(field, ForeignKeyFieldInstance))
    return {link.related_model._meta.db_table for link in links}


def _values(model: type[Model], number: int, made: dict[str, list[Any]]) -> dict[str, Any]:
    values = {}
    for name in model._meta.fields_db_projection:
        field = model._meta.fields_map[name]
        if isinstance(field.reference, ForeignKeyFieldInstance):
            parents = made.get(field.reference.related_model._meta.db_table)
            values[name] = parents[number] if parents else None
        elif not field.generated:
            values[name] = _value(field, name, number)
    return values


def _value(field: Any, name: str, number: int) -> Any:
    match field:
        case fields.UUIDField():
            return uuid4()
        case fields.BooleanField():
            return number % 2 == 0
        case fields.IntField():
            return number + 1
        case fields.DatetimeField():
            return datetime(2026, 1, 1 + number, tzinfo=UTC)
        case fields.CharField():
            return f"{number}{name}"[: field.max_length]
        case fields.TextField():
            return f"{number}{name}"
        case fields.JSONField():
            return [name, number]
    raise AssertionError(f"no value for {field!r}: add one")
