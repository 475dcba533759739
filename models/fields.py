"""Column types of our own."""

from typing import Any

from tortoise import fields

from models.keys import LONGEST_KEY


class KeyField(fields.CharField[str]):
    """Text compared byte by byte on both engines, so that order, prefix and cursor mean the same everywhere.

    SQLite compares text so by itself; PostgreSQL needs the "C" collation, whatever the database's own is.
    """

    def __init__(self, max_length: int = LONGEST_KEY, **options: Any) -> None:
        super().__init__(max_length, **options)

    class _db_postgres:
        SQL_TYPE = 'TEXT COLLATE "C"'
