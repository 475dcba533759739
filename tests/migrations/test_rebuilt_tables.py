"""Operations for which SQLite needs a new table lose no row, no index and no link; PostgreSQL ends the same."""

import pytest

import models.tables
from models.migrate import MigrationError, migrate
from tests.migrations.catalogue import catalogue, query, rows
from tests.migrations.chains import REAL, Chains, silent
from tests.migrations.population import COPIES, populate

pytestmark = pytest.mark.anyio

REBUILD_ALL = "".join(
    f"""
    ops.AddField(model_name={name!r}, name='note', field=fields.CharField(max_length=50, null=True)),
    ops.AlterField(model_name={name!r}, name='note', field=fields.CharField(max_length=60, default="it's")),
    """
    for name in models.tables.__all__
)
ADD = """
    ops.AddField(model_name='User', name='nickname', field=fields.CharField(max_length=50, null=True, db_index=True)),
    ops.AddField(model_name='User', name='rank', field=fields.IntField(null=True, unique=True)),
    ops.AddField(model_name='User', name='friend', field=fields.ForeignKeyField(
        'models.User', related_name=False, null=True, on_delete=OnDelete.SET_NULL)),
    ops.AddConstraint(model_name='User', constraint=UniqueConstraint(fields=('id', 'nickname'))),
    ops.AddConstraint(model_name='User', constraint=UniqueConstraint(fields=('id', 'rank'), name='rank_of_user')),
"""
FILL = "ops.RunSQL(\"UPDATE users SET nickname = 'Ada' WHERE first_name LIKE '0%'\"),"
CHANGE = """
    ops.RemoveConstraint(model_name='User', name='rank_of_user'),
    ops.AlterField(model_name='User', name='rank', field=fields.IntField(null=True)),
    ops.AddConstraint(model_name='User', constraint=CheckConstraint(check='length(nickname) < 40', name='short')),
    ops.RemoveField(model_name='User', name='rank'),
    ops.RemoveField(model_name='User', name='friend'),
"""


async def test_every_table_can_be_rebuilt_and_keeps_its_rows_indexes_and_links(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent)
    await populate(empty, "models.migrations")
    before, tables = await rows(empty), await catalogue(empty)

    package = chains.extended(m9000_rebuild=REBUILD_ALL)
    filled = REBUILD_ALL.replace("null=True", "null=True, db_default=''") if empty.startswith("postgres") else None
    if filled:
        chains.replace(package, "m9000_rebuild", filled)
    assert await migrate(empty, report=silent, package=package) == ["m9000_rebuild"]

    note = {"note": "" if filled else "it's"}
    assert await rows(empty) == {
        table: {key: row | note for key, row in kept.items()} for table, kept in before.items()
    }
    assert {name: table.without("note") for name, table in (await catalogue(empty)).items()} == tables


async def test_altering_removing_and_constraining_columns_leaves_the_children_alone(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent)
    await populate(empty, "models.migrations")
    before, tables = await rows(empty), await catalogue(empty)

    added = chains.extended(m9000_add=ADD, m9001_fill=FILL)
    await migrate(empty, report=silent, package=added)
    links = (await catalogue(empty))["users"].links
    chains.add(added, "m9002_change", CHANGE)
    await migrate(empty, report=silent, package=added)

    assert links["friend_id"] == ("users", "SET NULL")
    after, users = await rows(empty), (await catalogue(empty))["users"]
    assert {table: after[table] for table in before if table != "users"} == {
        table: before[table] for table in before if table != "users"
    }
    assert sorted(str(row["nickname"]) for row in after["users"].values()) == ["Ada", "None", "None"]
    assert users.columns.keys() == tables["users"].columns.keys() | {"nickname"}
    assert users.index_names >= tables["users"].index_names
    assert users.links == tables["users"].links
    assert users.uniques == tables["users"].uniques | {("id", "nickname")}
    assert [columns for _, unique, _, columns in users.indexes if not unique and columns == ("nickname",)] == [
        ("nickname",)
    ]
    assert users.checks == ["short"]
    assert {table: found for table, found in (await catalogue(empty)).items() if table != "users"} == {
        table: found for table, found in tables.items() if table != "users"
    }


async def test_an_index_turned_on_and_off_on_an_old_column_comes_and_goes(empty: str, chains: Chains) -> None:
    on = "ops.AlterField(model_name='Platform', name='name', field=fields.CharField(max_length=100, db_index=True)),"
    off = "ops.AlterField(model_name='Platform', name='name', field=fields.CharField(max_length=100)),"
    package = chains.extended(m9000_on=on)
    await migrate(empty, report=silent, package=package)
    assert ("name",) in [columns for *_, columns in (await catalogue(empty))["platforms"].indexes]
    chains.add(package, "m9001_off", off)
    await migrate(empty, report=silent, package=package)
    assert ("name",) not in [columns for *_, columns in (await catalogue(empty))["platforms"].indexes]


async def test_a_unique_turned_on_and_off_on_an_old_column_comes_and_goes(empty: str, chains: Chains) -> None:
    on = "ops.AlterField(model_name='Platform', name='name', field=fields.CharField(max_length=100, unique=True)),"
    off = "ops.AlterField(model_name='Platform', name='name', field=fields.CharField(max_length=100)),"
    package = chains.extended(m9000_on=on)
    await migrate(empty, report=silent, package=package)
    assert ("name",) in (await catalogue(empty))["platforms"].uniques
    chains.add(package, "m9001_off", off)
    await migrate(empty, report=silent, package=package)
    assert ("name",) not in (await catalogue(empty))["platforms"].uniques


async def test_constraints_of_a_new_table_are_made_and_can_be_dropped(empty: str, chains: Chains) -> None:
    new = """ops.CreateModel(name='Badge', fields=[
        ('id', fields.IntField(primary_key=True, generated=True)),
        ('colour', fields.CharField(max_length=10)), ('shape', fields.CharField(max_length=10)),
    ], options={'table': 'badges', 'app': 'models', 'pk_attr': 'id', 'unique_together': (('shape', 'id'),),
        'constraints': [UniqueConstraint(fields=('colour', 'shape'), name='one_badge')]}, bases=['Model']),"""
    drop = "ops.RemoveConstraint(model_name='Badge', name=None, fields=['shape', 'id']),"
    package = chains.extended(m9000_new=new)
    await migrate(empty, report=silent, package=package)
    assert (await catalogue(empty))["badges"].uniques == {("colour", "shape"), ("shape", "id")}
    chains.add(package, "m9001_drop", drop)
    await migrate(empty, report=silent, package=package)
    assert (await catalogue(empty))["badges"].uniques == {("colour", "shape")}


async def test_an_index_that_only_sql_knows_survives_and_goes_with_its_column(empty: str, chains: Chains) -> None:
    package = chains.extended(
        m9000_add="""
            ops.AddField(model_name='User', name='rank', field=fields.IntField(null=True)),
            ops.RunSQL('CREATE INDEX by_rank ON users (rank)'),
            ops.RunSQL('CREATE UNIQUE INDEX one_open ON users (email_key) WHERE disabled_at IS NULL'),""",
        m9001_alter="ops.AlterField(model_name='User', name='rank', field=fields.IntField(null=True, default=1)),",
    )
    await migrate(empty, report=silent, package=package)
    assert {"by_rank", "one_open"} <= (await catalogue(empty))["users"].index_names
    chains.add(package, "m9002_remove", "ops.RemoveField(model_name='User', name='rank'),")
    await migrate(empty, report=silent, package=package)
    indexes = {index[0]: index for index in (await catalogue(empty))["users"].indexes}
    assert "by_rank" not in indexes
    assert indexes["one_open"] == ("one_open", True, True, ("email_key",))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_column_that_a_partial_index_needs_is_not_removed_on_sqlite(empty: str, chains: Chains) -> None:
    package = chains.extended(
        m9000_add="""
            ops.AddField(model_name='User', name='rank', field=fields.IntField(null=True)),
            ops.RunSQL('CREATE INDEX ranked ON users (email_key) WHERE "rank" IS NOT NULL'),""",
        m9001_remove="ops.RemoveField(model_name='User', name='rank'),",
    )
    with pytest.raises(MigrationError, match="ranked needs the column rank: drop it earlier in the migration"):
        await migrate(empty, report=silent, package=package)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_trigger_survives_the_rebuild_on_sqlite(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent)
    await query(empty, "CREATE TRIGGER pinned BEFORE DELETE ON users BEGIN SELECT RAISE(ABORT, 'pinned'); END")
    await migrate(empty, report=silent, package=chains.extended(m9000_rebuild=REBUILD_ALL))
    assert await query(empty, "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'") == [{"tbl_name": "users"}]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_rows_whose_parent_is_lost_stop_the_migration_on_sqlite(empty: str, chains: Chains) -> None:
    await migrate(empty, report=silent)
    await populate(empty, "models.migrations")
    package = chains.extended(m9000_lose="ops.RunSQL('DELETE FROM platforms'),")
    with pytest.raises(MigrationError, match=rf"m9000_lose failed: rows point to .*{COPIES} of users to platforms"):
        await migrate(empty, report=silent, package=package)
    assert len((await rows(empty))["platforms"]) == COPIES
    assert await query(empty, "SELECT name FROM tortoise_migrations") == [{"name": name} for name in REAL]
