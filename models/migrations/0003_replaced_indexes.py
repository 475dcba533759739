from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

REPLACED = ("users_by_role", "users_by_state")


class RemoveReplaced(ops.TortoiseOperation):
    """Both at once, for what is missing after an operation is created. Before the first release 0002 dropped them."""

    def state_forward(self, app_label: str, state: State) -> None:
        for name in REPLACED:
            ops.RemoveIndex(model_name="User", name=name).state_forward(app_label, state)

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        assert state_editor is not None
        for name in REPLACED:
            await state_editor.client.execute_query(f'DROP INDEX IF EXISTS "{name}"')


class Migration(migrations.Migration):
    """What the indexes of 0002 replace."""

    dependencies = [("models", "0002_counting_indexes")]

    initial = False

    operations = [RemoveReplaced()]
