"""Changing a table on SQLite, which knows little ALTER TABLE: a new table takes the rows and the name of the old one.

Tortoise 1.1.9 does so too, but its new table has no indexes, no `unique_together`, no unique one-to-one, keeps the
column of a removed foreign key, and keeps a removed CHECK. This one is the table that CREATE TABLE would make of the
state after the operation, with everything that was attached to the old one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise import Model
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.fields import Field
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.migrating.chain import APP
from models.migrating.failure import MigrationError
from models.migrating.indexes import columns_of, declared_indexes, declared_uniques, present_indexes

Changed = Sequence[tuple[Field[Any], Field[Any]]]


@dataclass(frozen=True)
class Attached:
    """An index or trigger with a statement of its own."""

    name: str
    sql: str
    unique: bool = False
    columns: tuple[str | None, ...] = ()


class KeepingSqliteEditor(SqliteSchemaEditor):
    """Tortoise's editor with a rebuild that loses nothing. Needs foreign keys off, and to be told each operation."""

    before: StateApps
    after: StateApps

    def __init__(self, client: BaseDBAsyncClient) -> None:
        super().__init__(client, atomic=True)

    def between(self, before: StateApps, after: StateApps) -> None:
        """Tells which operation comes next: the tables before it and after it."""
        self.before, self.after = before, after

    async def remove_constraint(self, model: type[Model], constraint: Any) -> None:
        """A constraint written in CREATE TABLE cannot be dropped, but the rebuild does without it."""
        if isinstance(constraint, UniqueConstraint):
            columns, table = columns_of(model, constraint.fields), model._meta.db_table
            for index in await present_indexes(self.client):
                own = not index.name.startswith("sqlite_autoindex_")
                if own and index.unique and (index.table, index.columns) == (table, columns):
                    await self.client.execute_query(f'DROP INDEX "{index.name}"')
                    return
        await self._remake_table(model)

    async def _remake_table(
        self, model: type[Model], create_field: Any = None, delete_field: Any = None, alter_fields: Changed = ()
    ) -> None:
        old, new = self.before.get_model(APP, model.__name__), self.after.get_model(APP, model.__name__)
        table = new._meta.db_table
        attached = await self._attached(table)
        await self.client.execute_query(self._create_sql(new, f"new__{table}"))
        await self._copy_rows(old, new, alter_fields)
        await self.client.execute_query(f'DROP TABLE "{table}"')
        await self.client.execute_query(f'ALTER TABLE "new__{table}" RENAME TO "{table}"')
        await self._attach(attached, old, new)

    def _create_sql(self, model: type[Model], name: str) -> str:
        """CREATE TABLE as for a new table, and the CHECKs that Tortoise leaves out of it (Tortoise issue 2272)."""
        head, _, _ = self._get_model_sql_data(model).table_sql.partition("\n)")
        checks = [
            self.CHECK_CONSTRAINT_CREATE_TEMPLATE.format(name=constraint.name, check=constraint.check)
            for constraint in model._meta.constraints or ()
            if isinstance(constraint, CheckConstraint)
        ]
        return ",\n    ".join([head.replace(f'"{model._meta.db_table}"', f'"{name}"', 1), *checks]) + "\n)"

    async def _copy_rows(self, old: type[Model], new: type[Model], changed: Changed) -> None:
        """Copies the columns that both tables have. Where a column ceases to be null, its default fills the gaps."""
        fillers: dict[str, Any] = {}
        for before, after in changed:
            name = after.source_field or after.model_field_name
            if name not in _columns(old):
                raise MigrationError(f"{name} is renamed and changed at once: make it two operations")
            if before.null and not after.null and after.default is not None and not callable(after.default):
                fillers[name] = after.to_db_value(after.default, new)
        names = [name for name in _columns(new) if name in _columns(old)]
        values = [f'COALESCE("{name}", ?)' if name in fillers else f'"{name}"' for name in names]
        target, table = ", ".join(f'"{name}"' for name in names), new._meta.db_table
        sql = f'INSERT INTO "new__{table}" ({target}) SELECT {", ".join(values)} FROM "{table}"'  # noqa: S608
        await self.client.execute_query(sql, [fillers[name] for name in names if name in fillers])

    async def _attached(self, table: str) -> list[Attached]:
        indexes = {index.name: index for index in await present_indexes(self.client)}
        sql = "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type <> 'table' AND sql IS NOT NULL"
        found = []
        for row in await self.client.execute_query_dict(sql, [table]):
            index = indexes.get(row["name"])
            facts = (index.unique, index.columns) if index else ()
            found.append(Attached(row["name"], row["sql"], *facts))
        return found

    async def _attach(self, attached: list[Attached], old: type[Model], new: type[Model]) -> None:
        """Brings back what was attached to the old table, except what the new one no longer declares or needs."""
        lost = set(_columns(old)) - set(_columns(new))
        dropped_names = self._index_names(old) - self._index_names(new)
        dropped_uniques = {unique.fields for unique in declared_uniques(old)} - {
            unique.fields for unique in declared_uniques(new)
        }
        inline = {i.columns for i in await present_indexes(self.client) if i.unique and i.table == new._meta.db_table}
        for item in attached:
            if lost.intersection(item.columns) or item.name in dropped_names:
                continue
            if item.unique and item.columns in dropped_uniques | inline:
                continue
            for column in lost:
                if re.search(rf"\b{re.escape(column)}\b", item.sql):  # SQLite would take its name for a string
                    raise MigrationError(f"{item.name} needs the column {column}: drop it earlier in the migration")
            await self.client.execute_query(item.sql)

    def _index_names(self, model: type[Model]) -> set[str]:
        return {self._index_name_for_model(model, index) for index in declared_indexes(model)}


def _columns(model: type[Model]) -> list[str]:
    return list(model._meta.fields_db_projection.values())
