"""What tests of mutations look at besides the answer: every row of every table, the trail and the outbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tortoise import connections

from models.audit_event import AuditEvent
from models.mail import Mail
from models.session import Session
from models.user import User
from services.vault import Vault
from tests.world import KEY

CATALOGUE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
}
COUNTERS = {"origin_failures"}
"""Tables that exist to count attempts, refused ones above all."""

Rows = dict[str, list[dict[str, Any]]]


async def everything() -> Rows:
    """All rows of all tables, in an order that does not depend on when they were written."""
    database = connections.get("default")
    tables = [row["name"] for row in await database.execute_query_dict(CATALOGUE[database.capabilities.dialect])]
    rows = {table: await database.execute_query_dict(f'SELECT * FROM "{table}"') for table in tables}
    return {table: sorted(map(dict, found), key=repr) for table, found in rows.items()}


@asynccontextmanager
async def nothing_changes(*events: str) -> AsyncIterator[None]:
    """Fails where the block changes a row of any table, but for new audit events of exactly these types."""
    before = await everything()
    yield
    after = await everything()
    new = [event for event in after["audit_events"] if event not in before["audit_events"]]
    assert sorted(event["type"] for event in new) == sorted(events)
    after["audit_events"] = [event for event in after["audit_events"] if event not in new]
    changed = {table: (before[table], after[table]) for table in before if before[table] != after[table]}
    assert {table: rows for table, rows in changed.items() if table not in COUNTERS} == {}


async def trail(*but: str) -> list[dict[str, Any]]:
    """The events but those of the types named; changes as (field, before, after)."""
    events = await AuditEvent.exclude(type__in=[*but, ""]).order_by("at", "type")
    return [
        {
            "type": event.type,
            "actor": event.actor_name,
            "target": event.target_id,
            "changes": [(change["field"], change["before"], change["after"]) for change in event.changes],
        }
        for event in events
    ]


async def outbox(user: User | None = None) -> list[tuple[str, str, str]]:
    """Kind, recipient and state of each mail, in the order of writing and, at one instant, of these."""
    mails = await (Mail.filter(user_id=user.id) if user else Mail.all()).order_by("created_at")
    found = [(mail.created_at, mail.kind, mail.recipient, mail.state) for mail in mails]
    return [(kind, recipient, state) for _, kind, recipient, state in sorted(found)]


async def link_token(email: str) -> str:
    """The token in the invitation that waits in the outbox for this address."""
    mail = await Mail.get(recipient=email, kind="invitation", state="QUEUED")
    return Vault([KEY]).open(mail.sealed_token or "")


async def sessions_of(user: User) -> int:
    return await Session.filter(user_id=user.id).count()
