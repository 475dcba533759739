"""The columns that demo data fills, and the fastest way of each engine to fill them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from tortoise.backends.base.client import BaseDBAsyncClient

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[str, ...]


USERS = Table(
    "users",
    (
        "id", "platform_id", "role_id", "email", "email_key", "first_name", "last_name", "first_name_key",
        "last_name_key", "phone_number", "timezone",
        "activated_at", "disabled_at", "disabled_reason", "last_login_at", "last_login_key", "version", "created_at",
        "updated_at",
        "password_hash", "password_changed_at", "failed_sign_ins", "locked_at", "totp_secret", "totp_confirmed_at",
        "totp_last_step", "sso_provider", "sso_linked_at",
    ),
)  # fmt: skip
SEARCH_WORDS = Table("search_words", ("platform_id", "user_id", "word"))
MAILS = Table(
    "mails",
    (
        "id", "user_id", "kind", "recipient", "facts", "state", "attempts", "last_error", "created_at", "due_at",
        "sent_at",
    ),
)  # fmt: skip
INVITATIONS = Table(
    "invitations",
    ("id", "user_id", "invited_by_id", "mail_id", "token_hash", "sent_at", "expires_at", "times_sent"),
)
SESSIONS = Table("sessions", ("id", "user_id", "token_hash", "created_at", "last_seen_at", "ip_address", "user_agent"))
RECOVERY_CODES = Table("recovery_codes", ("id", "user_id", "code_hash"))
AUDIT_EVENTS = Table(
    "audit_events",
    ("id", "platform_id", "at", "type", "actor_id", "actor_name", "target_id", "changes"),
)


async def insert(database: BaseDBAsyncClient, table: Table, rows: Sequence[Row]) -> None:
    """COPY on PostgreSQL, one prepared INSERT on SQLite; in the caller's transaction."""
    if not rows:
        return
    if database.capabilities.dialect == "postgres":
        connection: Any = database._connection
        await connection.copy_records_to_table(table.name, records=rows, columns=table.columns)
        return
    places, values = ", ".join("?" * len(table.columns)), cast("list[Any]", rows)
    statement = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({places})"  # noqa: S608  our own names
    await database.execute_many(statement, values)


async def prepare(database: BaseDBAsyncClient) -> None:
    """Lets SQLite keep more of its indexes in memory (512 MB) than a server needs."""
    if database.capabilities.dialect == "sqlite":
        await database.execute_query("PRAGMA cache_size = -524288")


async def finish(database: BaseDBAsyncClient) -> None:
    """PostgreSQL's planner chooses by statistics, which so many new rows have made wrong."""
    if database.capabilities.dialect == "postgres":
        await database.execute_query("ANALYZE")
