"""The indexes that the models declare, and those that the database has.

Tortoise 1.1.9 forgets some: `db_index` of an added or (on SQLite) altered column, and every UniqueConstraint of a new
table (Tortoise issue 2272).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from tortoise import Model
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.migrating.chain import APP

PRESENT = {
    "sqlite": """
        SELECT t.name AS "table", i.name AS name, i."unique" AND NOT i.partial AS "unique", c.name AS "column"
        FROM sqlite_master t JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
        WHERE t.type = 'table' ORDER BY t.name, i.name, c.seqno""",
    "postgres": """
        SELECT t.relname AS "table", c.relname AS name, i.indisunique AND i.indpred IS NULL AS "unique",
               a.attname AS "column"
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
             JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema()
             CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(number, place)
             LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number AND k.number > 0
        WHERE i.indisvalid ORDER BY t.relname, c.relname, k.place""",
}


@dataclass(frozen=True)
class TableIndex:
    """An index that is wholly built. A column is None where the index has an expression; partial is not unique."""

    table: str
    name: str
    unique: bool
    columns: tuple[str | None, ...]


async def present_indexes(client: BaseDBAsyncClient) -> list[TableIndex]:
    rows = await client.execute_query_dict(PRESENT[client.capabilities.dialect])
    grouped = groupby(rows, key=lambda row: (row["table"], row["name"], bool(row["unique"])))
    return [TableIndex(*key, columns=tuple(row["column"] for row in members)) for key, members in grouped]


def declared_indexes(model: type[Model]) -> Iterator[Index]:
    for name, column in model._meta.fields_db_projection.items():
        field = model._meta.fields_map[name]
        if field.index and not field.pk:
            yield Index(fields=(column,))
    for index in model._meta.indexes or ():
        yield index if isinstance(index, Index) else Index(fields=columns_of(model, tuple(index)))


def declared_uniques(model: type[Model]) -> Iterator[UniqueConstraint]:
    """The unconditional ones, their fields given as columns."""
    for name, column in model._meta.fields_db_projection.items():
        field = model._meta.fields_map[name]
        if field.unique and not field.pk:
            yield UniqueConstraint((column,))
    for fields in model._meta.unique_together or ():
        yield UniqueConstraint(columns_of(model, tuple(fields)))
    for constraint in model._meta.constraints or ():
        if isinstance(constraint, UniqueConstraint) and not constraint.condition:
            yield UniqueConstraint(columns_of(model, constraint.fields), constraint.name)


def columns_of(model: type[Model], fields: tuple[str, ...]) -> tuple[str, ...]:
    known = model._meta.fields_map
    return tuple(known[field].source_field or field if field in known else field for field in fields)


async def create_missing_indexes(editor: BaseSchemaEditor, state: State) -> None:
    """Creates what the state declares and the database lacks; tables that link to one yet to come wait for it."""
    present = await present_indexes(editor.client)
    names = {index.name for index in present}
    uniques = {(index.table, index.columns) for index in present if index.unique}
    for model in state.apps.apps.get(APP, {}).values():
        if not model._meta._inited:
            continue
        for index in declared_indexes(model):
            if editor._index_name_for_model(model, index) not in names:
                await editor.add_index(model, index)
        for constraint in declared_uniques(model):
            if (model._meta.db_table, constraint.fields) not in uniques:
                await editor.add_constraint(model, constraint)
