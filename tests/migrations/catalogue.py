"""What a database says of its tables, in one shape for both engines."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import asyncpg

COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
           l.collname
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname"""
INDEXES = """
    SELECT c.relname, i.indisunique, i.indpred IS NOT NULL,
           ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) k)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = $1::regclass AND NOT i.indisprimary ORDER BY c.relname"""
LINKS = """
    SELECT a.attname, c.confrelid::regclass::text, c.confdeltype::text
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.conrelid = $1::regclass AND c.contype = 'f'"""
CHECKS = "SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c' ORDER BY conname"
COMPUTED = {"users": {"email_key", "first_name_key", "last_name_key"}, "roles": {"name_key"}}
"""Columns that migrations compute from others; a word in `search_words` is computed too."""
ON_DELETE = {"c": "CASCADE", "n": "SET NULL", "r": "RESTRICT", "a": "NO ACTION"}


@dataclass
class Table:
    """One table. Indexes are (name, unique, partial, columns); a constraint's own index on SQLite has no name."""

    columns: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    indexes: list[tuple[str, bool, bool, tuple[str, ...]]] = field(default_factory=list)
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)

    @property
    def uniques(self) -> set[tuple[str, ...]]:
        return {columns for _, unique, partial, columns in self.indexes if unique and not partial}

    @property
    def index_names(self) -> set[str]:
        return {name for name, _, _, _ in self.indexes if name}

    def without(self, column: str) -> "Table":
        return Table({name: facts for name, facts in self.columns.items() if name != column}, self.indexes, self.links)


async def catalogue(url: str) -> dict[str, Table]:
    """All tables but Tortoise's own record."""
    tables = _sqlite(url.removeprefix("sqlite://")) if url.startswith("sqlite") else await _postgres(url)
    tables.pop("tortoise_migrations", None)
    return tables


async def rows(url: str) -> dict[str, dict[Any, dict[str, Any]]]:
    """Every row of every table, by its primary key; a searchable word by its user, for its number means nothing."""
    read = {}
    for table in await catalogue(url):
        found = await query(url, f'SELECT * FROM "{table}"')
        read[table] = {row["id"]: row for row in found}
    if "search_words" in read:
        found = list(read["search_words"].values())
        read["search_words"] = {(row["user_id"], row["word"]): {**row, "id": None} for row in found}
    return read


def assert_kept(before: dict[str, dict[Any, dict[str, Any]]], after: dict[str, dict[Any, dict[str, Any]]]) -> None:
    """Of the tables and columns that both have, nothing is lost and only keys are changed. Each is from `rows`."""
    for table in (before.keys() & after.keys()) - {"search_words"}:
        assert after[table].keys() == before[table].keys()
        for key, row in before[table].items():
            both = (row.keys() & after[table][key].keys()) - COMPUTED.get(table, set())
            assert {name: after[table][key][name] for name in both} == {name: row[name] for name in both}


async def query(url: str, sql: str) -> list[dict[str, Any]]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql).fetchall()]
    connected = await asyncpg.connect(url)
    try:
        return [dict(row) for row in await connected.fetch(sql)]
    finally:
        await connected.close()


def _sqlite(path: str) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    with closing(sqlite3.connect(path)) as connection:
        ask = connection.execute
        names = ask("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
        for name, sql in names:
            table = tables[name] = Table()
            columns = ask(f'PRAGMA table_xinfo("{name}")').fetchall()
            table.columns = {row[1]: (row[2], not row[3], row[4], row[5]) for row in columns}
            for _, index, unique, origin, partial in ask(f'PRAGMA index_list("{name}")').fetchall():
                fields = tuple(row[2] for row in ask(f'PRAGMA index_info("{index}")').fetchall())
                if origin != "pk":
                    table.indexes.append((index if origin == "c" else "", bool(unique), bool(partial), fields))
            table.indexes.sort()
            table.links = {row[3]: (row[2], row[6]) for row in ask(f'PRAGMA foreign_key_list("{name}")').fetchall()}
            table.checks = sorted(part.split('"')[1] for part in sql.split("CONSTRAINT ")[1:] if "CHECK" in part)
    return tables


async def _postgres(url: str) -> dict[str, Table]:
    connection = await asyncpg.connect(url)
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {row["tablename"]: Table() for row in names}
        for name, table in tables.items():
            columns = await connection.fetch(COLUMNS, name)
            table.columns = {row[0]: tuple(row)[1:] for row in columns}
            for index, unique, partial, fields in await connection.fetch(INDEXES, name):
                plain = tuple(column.strip('"') for column in fields)
                table.indexes.append((index, unique, partial, plain))
            table.links = {row[0]: (row[1], ON_DELETE[row[2]]) for row in await connection.fetch(LINKS, name)}
            table.checks = [row[0] for row in await connection.fetch(CHECKS, name)]
    finally:
        await connection.close()
    return tables
