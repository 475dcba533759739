"""The developers' command that writes the next migration."""

from pathlib import Path

import pytest
from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.operations import CreateModel

from models.migrate import migrate
from models.migrating.making import make_migration, refuse_lost_checks
from tests.migrations.catalogue import catalogue
from tests.migrations.chains import Chains, silent
from tests.migrations.conftest import NewDatabase

pytestmark = pytest.mark.anyio


async def test_a_first_migration_made_today_makes_the_tables_that_all_migrations_make(
    new_database: NewDatabase, chains: Chains
) -> None:
    package = chains.first(0)
    written = await make_migration("All the tables", package)
    assert written == Path(chains.folder / package / "0001_all_the_tables.py")
    assert "table_description" not in written.read_text()
    at_once, step_by_step = await new_database(), await new_database()
    await migrate(at_once, report=silent, package=package)
    await migrate(step_by_step, report=silent)
    assert await catalogue(at_once) == await catalogue(step_by_step)
    assert await make_migration("nothing left", package) is None


def test_a_new_table_with_checks_is_refused_because_tortoise_would_leave_them_out() -> None:
    operation = CreateModel("Badge", [], {"constraints": (CheckConstraint("rank > 0", "positive"),)})
    with pytest.raises(ValueError, match="give it its CHECKs in the next"):
        refuse_lost_checks([operation])
