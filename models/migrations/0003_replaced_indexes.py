from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


class RemovePerhaps(ops.RemoveIndex):
    """Of an index that need not be there: before the first release 0002 dropped it."""

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        assert state_editor is not None
        await state_editor.client.execute_query(f'DROP INDEX IF EXISTS "{self.name}"')


class Migration(migrations.Migration):
    """What the indexes of 0002 replace."""

    dependencies = [("models", "0002_counting_indexes")]

    initial = False

    operations = [
        RemovePerhaps(model_name="User", name="users_by_role"),
        RemovePerhaps(model_name="User", name="users_by_state"),
    ]
