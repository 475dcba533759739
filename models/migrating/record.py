"""Which migrations a database has had: the table `tortoise_migrations`."""

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.migration import Migration
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

from models.migrating.chain import APP

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()",
}


async def tables(client: BaseDBAsyncClient) -> set[str]:
    return {row["name"] for row in await client.execute_query_dict(TABLES[client.capabilities.dialect])}


async def applied(client: BaseDBAsyncClient) -> set[str]:
    """The names of the applied migrations. Tortoise's own recorder answers "none" to any error; this one raises."""
    if "tortoise_migrations" not in await tables(client):
        return set()
    rows = await client.execute_query_dict(f"SELECT name FROM tortoise_migrations WHERE app = '{APP}'")  # noqa: S608
    return {row["name"] for row in rows}


async def remember(migration: Migration, editor: BaseSchemaEditor) -> None:
    """Notes the migration as applied, in the editor's transaction."""
    recorder = MigrationRecorder(editor.client)
    if recorder.table_name not in await tables(editor.client):
        # Tortoise's ensure_schema() runs a script, and a script commits SQLite's transaction.
        await editor.create_model(recorder.model)
    await recorder.record_applied(APP, migration.name)
