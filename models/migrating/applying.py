"""One migration: its operations and its record, in the transaction that the caller has begun."""

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddIndex
from tortoise.migrations.schema_editor.asyncpg import AsyncpgSchemaEditor
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.migrating.failure import MigrationError
from models.migrating.filling import refuse_mixed_fills
from models.migrating.indexes import create_missing_indexes
from models.migrating.record import remember
from models.migrating.sqlite_tables import KeepingSqliteEditor


async def apply(migration: Migration, state: State, transaction: BaseDBAsyncClient) -> None:
    """Changes the database and takes `state` from before the migration to after it.

    An added index may have been built ahead; where not, it is one of those that are missing after the operation.
    """
    if not migration.atomic:
        raise MigrationError(f"{migration.name} is not atomic; every migration here is one transaction")
    refuse_mixed_fills(migration)
    editor = _editor(transaction)
    for operation in migration.operations:
        before = state.clone()
        operation.state_forward(migration.app_label, state)
        if isinstance(editor, KeepingSqliteEditor):
            editor.between(before.apps, state.apps)
        if not isinstance(operation, AddIndex):
            await operation.database_forward(migration.app_label, before, state, editor)
        await create_missing_indexes(editor, state)
    state.validate_relations_initialized()
    await remember(migration, editor)


def _editor(transaction: BaseDBAsyncClient) -> BaseSchemaEditor:
    if transaction.capabilities.dialect == "sqlite":
        return KeepingSqliteEditor(transaction)
    return AsyncpgSchemaEditor(transaction)
