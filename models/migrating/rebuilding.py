"""Writing stored keys again while others go on changing the table's rows."""

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.migrating.filling import BatchOperation
from models.stored_keys import REBUILDS


class RebuildKeys(BatchOperation):
    """Computes the keys of each row of `table` in Python and writes those that differ.

    Rebuilds `at_once` rows in each transaction on PostgreSQL; a run that was killed is completed by the next one, which
    reads all rows and writes those that are left. On SQLite everything is part of the migration's transaction.
    """

    def __init__(self, table: str, *, at_once: int = 1000) -> None:
        self.rebuild, self.at_once = REBUILDS[table], at_once

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """Does nothing on PostgreSQL, where the batches are done by now.

        Servers of the version before may have written old keys since, and write more until they are replaced.
        """
        assert state_editor is not None
        if state_editor.client.capabilities.dialect == "postgres":
            return
        last = await self.fill_some(state_editor.client, old_state, None)
        while last is not None:
            last = await self.fill_some(state_editor.client, old_state, last)

    async def fill_some(self, transaction: BaseDBAsyncClient, state: State, last: Any) -> Any:
        batch = await self.rebuild(transaction, last, self.at_once)
        self.notes = tuple(dict.fromkeys((*self.notes, *batch.collisions)))
        return batch.last
