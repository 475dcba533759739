"""A platform with so many users that planners choose by size: rows of one template, written in a few statements."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise import Model, connections

from models.invitation import Invitation
from models.mail import Mail
from models.user import SearchWord, User

USERS = 20_000
INVITED_EVERY = 10


async def crowd(template: User, now: datetime) -> None:
    """Copies of the template with names, addresses and times of their own, one in ten invited by mail; then ANALYZE."""
    ids = [uuid4() for _ in range(USERS)]
    await _insert(User, [_copy(template, place, id, now) for place, id in enumerate(ids)])
    platform_id = str(template.platform_id)
    words = [{"platform_id": platform_id, "user_id": str(id), "word": _name(place)} for place, id in enumerate(ids)]
    await _insert(SearchWord, words)
    invited = {id: str(uuid4()) for id in ids[::INVITED_EVERY]}
    await _insert(Mail, [_mail(mail_id, id, now) for id, mail_id in invited.items()])
    await _insert(Invitation, [_invitation(id, mail_id, now) for id, mail_id in invited.items()])
    await connections.get("default").execute_query("ANALYZE")


def _name(place: int) -> str:
    """A few thousand different names that begin with all letters."""
    return f"{chr(ord('a') + place % 26)}{chr(ord('a') + place // 26 % 26)}{place % 977}"


def _copy(template: User, place: int, id: UUID, now: datetime) -> dict[str, Any]:
    at = now - timedelta(minutes=place // 3)
    keys = {"first_name_key": _name(place * 31), "last_name_key": _name(place), "email_key": f"{_name(place)}.{place}"}
    columns = {column: getattr(template, column) for column in User._meta.db_fields}
    own = {"id": str(id), "email": f"{place}@example.org", "created_at": at, "last_login_key": at, **keys}
    return columns | own | {"platform_id": str(template.platform_id), "role_id": str(template.role_id)}


def _mail(id: str, user_id: UUID, now: datetime) -> dict[str, Any]:
    row = {"id": id, "user_id": str(user_id), "kind": "invitation", "recipient": "", "facts": "{}", "state": "SENT"}
    return row | {"attempts": 1, "created_at": now, "due_at": now}


def _invitation(user_id: UUID, mail_id: str, now: datetime) -> dict[str, Any]:
    row = {"id": str(uuid4()), "user_id": str(user_id), "mail_id": mail_id}
    return row | {"sent_at": now, "expires_at": now, "times_sent": 1}


async def _insert(table: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    database, columns = connections.get("default"), list(rows[0])
    postgres = database.capabilities.dialect == "postgres"
    places = [f"${number}" if postgres else "?" for number in range(1, len(columns) + 1)]
    statement = f"INSERT INTO {table._meta.db_table} ({', '.join(columns)}) VALUES ({', '.join(places)})"
    await database.execute_many(statement, [[row[column] for column in columns] for row in rows])
