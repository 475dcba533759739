"""The migrations make exactly the tables that the models declare."""

import pytest
from tortoise import Model
from tortoise.fields.relational import ForeignKeyFieldInstance

import models.tables
from models.fields import KeyField
from models.migrate import migrate
from models.migrating.indexes import declared_indexes, declared_uniques
from models.migrating.making import next_migration
from tests.migrations.catalogue import catalogue, query
from tests.migrations.chains import silent

pytestmark = pytest.mark.anyio

MODELS: list[type[Model]] = [getattr(models.tables, name) for name in models.tables.__all__]


async def test_the_migrations_know_every_change_of_the_models() -> None:
    writer = await next_migration()
    assert ([operation.describe() for operation in writer.operations] if writer else []) == []


@pytest.fixture
async def migrated(empty: str) -> str:
    await migrate(empty, report=silent)
    return empty


async def test_every_declared_column_is_there_and_is_as_nullable_as_declared(migrated: str) -> None:
    tables = await catalogue(migrated)
    assert tables.keys() == {model._meta.db_table for model in MODELS}
    for model in MODELS:
        declared = {
            column: model._meta.fields_map[name].null for name, column in model._meta.fields_db_projection.items()
        }
        assert {name: facts[1] for name, facts in tables[model._meta.db_table].columns.items()} == declared


async def test_every_declared_index_and_unique_is_there(migrated: str) -> None:
    tables = await catalogue(migrated)
    for model in MODELS:
        table = tables[model._meta.db_table]
        declared = {tuple(index.field_names) for index in declared_indexes(model)}
        assert declared == {columns for _, unique, _, columns in table.indexes if not unique}
        assert {index.name for index in declared_indexes(model) if index.name} <= table.index_names
        assert {unique.fields for unique in declared_uniques(model)} == table.uniques


async def test_every_foreign_key_does_on_delete_what_the_model_declares(migrated: str) -> None:
    tables = await catalogue(migrated)
    for model in MODELS:
        declared = {
            field.source_field: (field.related_model._meta.db_table, str(field.on_delete.value))
            for field in model._meta.fields_map.values()
            if isinstance(field, ForeignKeyFieldInstance)
        }
        assert tables[model._meta.db_table].links == declared


async def test_every_foreign_key_leads_an_index_so_that_deleting_its_row_scans_nothing(migrated: str) -> None:
    slow = {
        (name, column)
        for name, table in (await catalogue(migrated)).items()
        for column in table.links.keys() - {columns[0] for _, _, _, columns in table.indexes}
    }
    assert slow == set()


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_key_columns_compare_byte_by_byte_on_postgresql(migrated: str) -> None:
    keys = {
        (model._meta.db_table, name)
        for model in MODELS
        for name, field in model._meta.fields_map.items()
        if isinstance(field, KeyField)
    }
    found = await query(
        migrated,
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND collation_name = 'C'",
    )
    assert {(row["table_name"], row["column_name"]) for row in found} == keys
