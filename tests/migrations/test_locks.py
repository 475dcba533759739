"""What the real migrations may ask for while others read and write."""

import pytest
from tortoise.migrations.operations import AddIndex, CreateModel

from models.migrate import migrate, pending
from models.migrating.chain import PACKAGE, read_chain
from tests.migrations.catalogue import catalogue, query
from tests.migrations.chains import silent

pytestmark = pytest.mark.anyio


async def test_what_indexes_a_table_that_has_rows_does_nothing_else() -> None:
    """Only then it is built while others change the rows."""
    for migration in (await read_chain(PACKAGE)).migrations:
        new = {operation.name for operation in migration.operations if isinstance(operation, CreateModel)}
        building = [
            operation
            for operation in migration.operations
            if isinstance(operation, AddIndex) and operation.model_name not in new
        ]
        assert building in ([], list(migration.operations)), f"make {migration.name} two migrations"


async def test_the_replaced_indexes_may_be_gone_already(empty: str) -> None:
    """As in databases from before the first release."""
    await migrate(empty, report=silent)
    tables = await catalogue(empty)
    await query(empty, "DELETE FROM tortoise_migrations WHERE name = '0003_replaced_indexes'")
    assert await pending(empty) == ["0003_replaced_indexes"]
    assert await migrate(empty, report=silent) == ["0003_replaced_indexes"]
    assert await catalogue(empty) == tables
