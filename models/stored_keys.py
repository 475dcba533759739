"""Stored keys that differ from those that `models.keys` computes now: finding them and writing them again.

Reads tables by SQL, not by models: a migration that rebuilds keys sees the tables of its own time.
"""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from models.keys import email_key, sort_key, words, words_of_email

Row = dict[str, Any]


@dataclass
class Batch:
    """What one batch found. `last` is the id of its last row, None after the end of the table.

    `stale` counts rows whose keys differ, without those of `collisions`: sentences on rows that keep an old key because
    another row has the new one.
    """

    last: Any = None
    looked_at: int = 0
    stale: int = 0
    collisions: list[str] = field(default_factory=list)


Rebuild = Callable[..., Awaitable[Batch]]


async def rebuild_user_keys(database: BaseDBAsyncClient, after: Any, at_once: int, *, write: bool = True) -> Batch:
    """Rebuilds keys and search words of the next `at_once` users after the id `after`, in the caller's transaction.

    Locks and writes only rows whose keys differ, as they are once they are locked. `write` False: only counts.
    """
    rows = await _next(database, USERS, after, at_once)
    stale = await _stale_users(database, rows)
    if write and stale:
        stale = await _stale_users(database, await _locked(database, USERS, [user.id for user in stale]))
    taken = await _taken(database, "users", "email_key", [(user.id, user.keys[0]) for user in stale if user.rekeyed])
    changed = [user for user in stale if user.differs(taken)]
    if write:
        await _write_users(database, changed, taken)
    collisions = [f"The user {id} keeps an old key: another account has the same address." for id in taken]
    return Batch(rows[-1]["id"] if rows else None, len(rows), len(changed), collisions)


async def rebuild_role_keys(database: BaseDBAsyncClient, after: Any, at_once: int, *, write: bool = True) -> Batch:
    """The same for the names of roles."""
    rows = await _next(database, ROLES, after, at_once)
    stale = [row for row in rows if row["name_key"] != sort_key(row["name"])]
    if write and stale:
        stale = await _locked(database, ROLES, [row["id"] for row in stale])
    taken = await _taken(
        database, "roles", "name_key", [(row["id"], sort_key(row["name"]), row["platform_id"]) for row in stale]
    )
    changed = [row for row in stale if row["id"] not in taken]
    if write and changed:
        values = [[sort_key(row["name"]), row["id"]] for row in changed]
        await database.execute_many(_placed(database, "UPDATE roles SET name_key = ? WHERE id = ?"), values)
    collisions = [
        f'The role "{row["name"]}" ({row["id"]}) keeps an old key: another role of its platform has the same name.'
        for row in stale
        if row["id"] in taken
    ]
    return Batch(rows[-1]["id"] if rows else None, len(rows), len(changed), collisions)


REBUILDS: dict[str, Rebuild] = {"users": rebuild_user_keys, "roles": rebuild_role_keys}
"""Every table whose rows have keys."""

USERS = "SELECT id, platform_id, email, first_name, last_name, email_key, first_name_key, last_name_key FROM users"
ROLES = "SELECT id, platform_id, name, name_key FROM roles"


@dataclass(frozen=True)
class _StaleUser:
    """`keys` and `stored` are the keys of address, first and last name: as computed, and as they are."""

    id: Any
    platform_id: Any
    keys: tuple[str, str, str]
    stored: tuple[str, str, str]
    missing: set[str]
    superfluous: set[str]

    @property
    def rekeyed(self) -> bool:
        return self.keys[0] != self.stored[0]

    def writable(self, taken: Collection[Any]) -> tuple[str, str, str]:
        return (self.stored[0], *self.keys[1:]) if self.id in taken else self.keys

    def differs(self, taken: Collection[Any]) -> bool:
        return bool(self.missing or self.superfluous) or self.writable(taken) != self.stored


async def _next(database: BaseDBAsyncClient, select: str, after: Any, at_once: int) -> list[Row]:
    where = "" if after is None else " WHERE id > ?"
    return await _rows(database, f"{select}{where} ORDER BY id LIMIT {at_once}", [] if after is None else [after])


async def _locked(database: BaseDBAsyncClient, select: str, ids: Sequence[Any]) -> list[Row]:
    """In the order of ids, as every batch locks them. SQLite has locked the file."""
    lock = " FOR NO KEY UPDATE" if database.capabilities.dialect == "postgres" else ""
    return await _rows(database, f"{select} WHERE id {_among(database)} ORDER BY id{lock}", [_list(database, ids)])


async def _stale_users(database: BaseDBAsyncClient, rows: list[Row]) -> list[_StaleUser]:
    has: dict[Any, set[str]] = defaultdict(set)
    sql = f"SELECT user_id, word FROM search_words WHERE user_id {_among(database)}"  # noqa: S608
    for found in await _rows(database, sql, [_list(database, [row["id"] for row in rows])]):
        has[found["user_id"]].add(found["word"])
    users = [_compared(row, has[row["id"]]) for row in rows]
    return [user for user in users if user.differs(())]


def _compared(row: Row, has: set[str]) -> _StaleUser:
    first, last, email = row["first_name"], row["last_name"], row["email"]
    should = words(first, last) | words_of_email(email)
    keys = email_key(email), sort_key(first), sort_key(last)
    stored = row["email_key"], row["first_name_key"], row["last_name_key"]
    return _StaleUser(row["id"], row["platform_id"], keys, stored, should - has, has - should)


async def _taken(database: BaseDBAsyncClient, table: str, column: str, wanted: list[tuple[Any, ...]]) -> set[Any]:
    """The ids of those who cannot have the key they want: `wanted` has id, key and, where it is, the key's platform.

    Of two who want one key, the first has it.
    """
    if not wanted:
        return set()
    platform = ", platform_id" if table == "roles" else ""
    sql = f"SELECT {column}{platform}, id FROM {table} WHERE {column} {_among(database)}"  # noqa: S608
    rows = await _rows(database, sql, [_list(database, [key for _, key, *_ in wanted])])
    owners = {tuple(key): id for *key, id in (row.values() for row in rows)}
    return {id for id, *key in wanted if owners.setdefault(tuple(key), id) != id}


async def _write_users(database: BaseDBAsyncClient, users: list[_StaleUser], taken: Collection[Any]) -> None:
    """PostgreSQL finds by itself that an `email_key` stays as it is, and locks that row less strictly."""
    keys = [[*user.writable(taken), user.id] for user in users if user.writable(taken) != user.stored]
    gone = [[user.id, word] for user in users for word in sorted(user.superfluous)]
    new = [[user.platform_id, user.id, word] for user in users for word in sorted(user.missing)]
    for sql, values in (
        ("UPDATE users SET email_key = ?, first_name_key = ?, last_name_key = ? WHERE id = ?", keys),
        ("DELETE FROM search_words WHERE user_id = ? AND word = ?", gone),
        ("INSERT INTO search_words (platform_id, user_id, word) VALUES (?, ?, ?)", new),
    ):
        if values:
            await database.execute_many(_placed(database, sql), values)


async def _rows(database: BaseDBAsyncClient, sql: str, values: list[Any]) -> list[Row]:
    return await database.execute_query_dict(_placed(database, sql), values)


def _placed(database: BaseDBAsyncClient, sql: str) -> str:
    """The statement with the engine's placeholders for `?`."""
    if database.capabilities.dialect != "postgres":
        return sql
    first, *others = sql.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(others, 1))


def _among(database: BaseDBAsyncClient) -> str:
    """The condition that a value is in a list which is one parameter, made by `_list`."""
    return "= ANY(?)" if database.capabilities.dialect == "postgres" else "IN (SELECT value FROM json_each(?))"


def _list(database: BaseDBAsyncClient, values: Sequence[Any]) -> Any:
    return list(values) if database.capabilities.dialect == "postgres" else json.dumps(values)
