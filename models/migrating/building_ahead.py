"""Building the indexes of a table on PostgreSQL while others go on changing its rows."""

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddIndex
from tortoise.migrations.schema_editor.asyncpg import AsyncpgSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.migrating.chain import APP

VALID = """SELECT i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           WHERE c.relname = $1 AND c.relnamespace = current_schema()::regnamespace"""
NO_LIMITS = "SET lock_timeout = 0; SET statement_timeout = 0"
"""It waits, in nobody's way, for every transaction that has changed the table: a limit would leave half an index."""


class ConcurrentEditor(AsyncpgSchemaEditor):
    INDEX_CREATE_TEMPLATE = AsyncpgSchemaEditor.INDEX_CREATE_TEMPLATE.replace("INDEX", "INDEX CONCURRENTLY", 1)

    async def _run_sql(self, sql: str) -> None:
        """Once: the client would do again what met a deadlock, and be told only that half an index is there already."""
        async with self.client.acquire_connection() as connection:
            await connection.execute(sql)


def indexes_ahead(migration: Migration) -> list[AddIndex]:
    """What can be built ahead of the migration's transaction: all of a migration that does nothing else."""
    adding = [operation for operation in migration.operations if isinstance(operation, AddIndex)]
    return adding if len(adding) == len(migration.operations) else []


async def build_ahead(operation: AddIndex, client: BaseDBAsyncClient, state: State) -> None:
    """Outside any transaction. What a failure or a kill has left half built is made anew, what is there stays."""
    editor, model = ConcurrentEditor(client), state.apps.get_model(APP, operation.model_name)
    name = editor._index_name_for_model(model, operation.index)
    found = await client.execute_query_dict(VALID, [name])
    if found and found[0]["valid"]:
        return
    await editor._run_sql(NO_LIMITS)
    if found:
        await editor._run_sql(f'DROP INDEX CONCURRENTLY "{name}"')
    await editor.add_index(model, operation.index)
