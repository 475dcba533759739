"""Building the indexes of a table on PostgreSQL while others go on changing its rows.

CREATE INDEX lets nobody change a row until it is done, some seconds for a million users. CONCURRENTLY waits for the
transactions of others instead, has no place in one of its own, and leaves an invalid index where it is broken off
(https://www.postgresql.org/docs/15/sql-createindex.html).
"""

from typing import Any

from tortoise import Model
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.indexes import Index
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddIndex
from tortoise.migrations.schema_editor.asyncpg import AsyncpgSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.migrating.chain import APP
from models.migrating.indexes import present_indexes

VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(quote_ident($1))"


class PostgresEditor(AsyncpgSchemaEditor):
    """Leaves alone what was built ahead."""

    async def add_index(self, model: type[Model], index: Index) -> None:
        if self._index_name_for_model(model, index) not in {each.name for each in await present_indexes(self.client)}:
            await super().add_index(model, index)


def indexes_only(migration: Migration) -> bool:
    """Whether it does nothing but add indexes."""
    return all(isinstance(operation, AddIndex) for operation in migration.operations)


async def build_ahead(migration: Migration, state: State, client: BaseDBAsyncClient) -> None:
    """Builds what the migration adds, outside of any transaction. What stands already, stays; run again after a kill,
    it builds the rest.
    """
    after = state.clone()
    for operation in migration.operations:
        assert isinstance(operation, AddIndex)
        operation.state_forward(APP, after)
        model = after.apps.get_model(APP, operation.model_name)
        async with client.acquire_connection() as connection:
            await connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
            await _build(connection, AsyncpgSchemaEditor(client, collect_sql=True), model, operation.index)


async def _build(connection: Any, editor: AsyncpgSchemaEditor, model: type[Model], index: Index) -> None:
    name = editor._index_name_for_model(model, index)
    valid = await connection.fetchval(VALID, name)
    if valid is False:
        await connection.execute(f'DROP INDEX CONCURRENTLY "{name}"')
    if not valid:
        await editor.add_index(model, index)
        await connection.execute(editor.collected_sql[0].replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY", 1))
