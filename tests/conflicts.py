"""Conflicts of transactions on demand: PostgreSQL itself raises them, with the codes of real ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

MAKE = """
CREATE SEQUENCE staged_conflicts;
CREATE FUNCTION staged_conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('staged_conflicts') <= {times} THEN RAISE EXCEPTION 'staged' USING ERRCODE = '{code}'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER staged_conflict AFTER INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION staged_conflict();
"""
REMOVE = "DROP FUNCTION staged_conflict CASCADE; DROP SEQUENCE staged_conflicts"

DEADLOCK, SERIALIZATION = "40P01", "40001"


@asynccontextmanager
async def conflicting(url: str, table: str, times: int, code: str = DEADLOCK) -> AsyncIterator[None]:
    """The first so many writes of a row of `table` end their transactions; what counts them is never undone."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(MAKE.format(table=table, times=times, code=code))
        try:
            yield
        finally:
            await connection.execute(REMOVE)
    finally:
        await connection.close()
