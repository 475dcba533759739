"""Writes the next migration after a change of the models: `python -m models.migrating.making <name>`."""

import asyncio
import sys
from pathlib import Path

from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.operations import CreateModel, Operation
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.writer import MigrationWriter, format_migration_name

from models.database import tortoise_config
from models.migrating.chain import APP, PACKAGE


class Autodetector(MigrationAutodetector):
    """Ignores the models' docstrings: a `;` in a table's description breaks CREATE TABLE on SQLite."""

    def _current_state(self) -> State:
        state = super()._current_state()
        for model in state.models.values():
            model.options.pop("table_description", None)
        return state


async def next_migration(package: str = PACKAGE) -> MigrationWriter | None:
    """What the models have and the migrations have not; None when they agree."""
    config = tortoise_config("sqlite://:memory:")
    config["apps"][APP]["migrations"] = package
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None
        writers = await Autodetector(context.apps, config["apps"]).changes()
    return writers[0] if writers else None


async def make_migration(name: str, package: str = PACKAGE) -> Path | None:
    """Writes the next migration file and gives its path; None when there is nothing to write.

    Raises ValueError for a new table with CHECKs, which Tortoise leaves out without a word (Tortoise issue 2272).
    """
    writer = await next_migration(package)
    if writer is None:
        return None
    refuse_lost_checks(writer.operations)
    number = int(writer.name.partition("_")[0])
    writer.name = format_migration_name(number, name)
    return Path(writer.write())


def refuse_lost_checks(operations: list[Operation]) -> None:
    """Raises ValueError as `make_migration` does."""
    for operation in operations:
        constraints = (operation.options or {}).get("constraints", ()) if isinstance(operation, CreateModel) else ()
        if any(isinstance(constraint, CheckConstraint) for constraint in constraints):
            raise ValueError("make the new table in one migration, and give it its CHECKs in the next")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m models.migrating.making <name>")
    written = asyncio.run(make_migration(sys.argv[1]))
    sys.stdout.write(f"{written or 'The migrations match the models.'}\n")
