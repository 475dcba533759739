"""Giving a column of a whole table its values while others go on changing the table's rows."""

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.migrating.chain import APP
from models.migrating.failure import MigrationError


class BatchOperation(TortoiseOperation):
    """Changes the rows of a whole table, on PostgreSQL in batches with a transaction each, ahead of the migration's.

    `notes` are sentences for the person who migrates, shown when the migration is applied.
    """

    notes: tuple[str, ...] = ()

    async def fill_some(self, transaction: BaseDBAsyncClient, state: State, last: Any) -> Any:
        """Changes the next rows after the one of id `last` (None: the first), in the order of ids; the last one's id.

        Returns None when no row is left.
        """
        raise NotImplementedError


class Fill(BatchOperation):
    """`UPDATE … SET values WHERE where`; of a row that is filled, `where` must not be true any more.

    In one transaction every row would stay locked until the last one is filled: 100 000 users in ten seconds, and who
    wants to change one of them meanwhile gets 503. So on PostgreSQL, ahead of the migration's transaction, each
    `at_once` rows have one of their own (a thousand: a tenth of a second of work where a table has ten indexes), and
    the migration's fills what has come since. Killed in between it has filled some; run again, it fills the others.
    """

    def __init__(self, model_name: str, values: str, where: str, *, at_once: int = 1000) -> None:
        self.model_name, self.values, self.where, self.at_once = model_name, values, where, at_once

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        assert state_editor is not None
        table = self._table(old_state)
        await state_editor.client.execute_query(f'UPDATE "{table}" SET {self.values} WHERE {self.where}')  # noqa: S608

    async def fill_some(self, transaction: BaseDBAsyncClient, state: State, last: Any) -> Any:
        after = "TRUE" if last is None else f"id > '{last}'"
        rows = await transaction.execute_query_dict(f"""
            UPDATE "{self._table(state)}" SET {self.values} WHERE id = ANY(ARRAY(
                SELECT id FROM "{self._table(state)}" WHERE {after} AND ({self.where})
                ORDER BY id LIMIT {self.at_once} FOR NO KEY UPDATE))
            RETURNING id""")  # noqa: S608
        return max((row["id"] for row in rows), default=None)

    def _table(self, state: State) -> str:
        return state.apps.get_model(APP, self.model_name)._meta.db_table


def fills(migration: Migration) -> list[BatchOperation]:
    """What it fills. Raises MigrationError as `refuse_mixed_fills` does."""
    refuse_mixed_fills(migration)
    return [operation for operation in migration.operations if isinstance(operation, BatchOperation)]


def notes(migration: Migration) -> list[str]:
    """What its batches have to say, once they are done."""
    return [note for operation in fills(migration) for note in operation.notes]


def refuse_mixed_fills(migration: Migration) -> None:
    """Raises MigrationError where it fills and also does something else: what it fills has to be there before."""
    kinds = {isinstance(operation, BatchOperation) for operation in migration.operations}
    if len(kinds) > 1:
        raise MigrationError(f"{migration.name} fills rows and does something else: make it two migrations")
