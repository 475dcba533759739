"""The migrations on disk, in the order in which they are applied."""

from collections.abc import Collection
from dataclasses import dataclass

from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.migration import Migration
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.migrating.failure import MigrationError

APP = "models"
PACKAGE = "models.migrations"


@dataclass(frozen=True)
class Chain:
    """All migrations of one package, oldest first."""

    migrations: tuple[Migration, ...]

    def after(self, applied: Collection[str]) -> list[Migration]:
        """Those that are not applied yet. Raises MigrationError when the database has gone another way."""
        left = [migration for migration in self.migrations if migration.name not in applied]
        strangers = sorted(set(applied) - {migration.name for migration in self.migrations})
        if left and strangers:
            raise MigrationError(
                f"the database has migrations that this version does not know ({', '.join(strangers)}), "
                f"and lacks {left[0].name}: it belongs to another version"
            )
        return left

    async def state(self, applied: Collection[str]) -> State:
        """The tables as the applied migrations made them. Needs an open connection."""
        state = State(models={}, apps=StateApps(default_connections={APP: "default"}))
        for migration in self.migrations:
            if migration.name in applied:
                await migration.apply(state, dry_run=True)
        return state


async def read_chain(package: str) -> Chain:
    """Reads the package's modules. Raises MigrationError when two migrations both come last."""
    loader = MigrationLoader({APP: {"migrations": package}}, MigrationRecorder(None))
    await loader.build_graph()
    last = loader.graph.leaf_nodes(APP)
    if len(last) > 1:
        names = " and ".join(key.name for key in last)
        raise MigrationError(f"{names} both come last: one must depend on the other")
    keys = [key for leaf in last for key in loader.graph.forwards_plan(leaf)]
    return Chain(tuple(loader.disk_migrations[key] for key in keys))
