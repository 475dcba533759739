"""A database as the first migration made it, with people who use it. None of this changes when the tables do."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise import Model
from tortoise.transactions import in_transaction

from models.migrate import migrate
from models.migrating.chain import read_chain
from models.migrating.connection import connected
from models.role import ADMINISTERS
from tests.migrations.chains import REAL, Chains, silent

PEOPLE = 300
"""One administrator; of the others every third is invited and has not answered."""

BORN = datetime(2026, 11, 1, 12, tzinfo=UTC)


async def make_first_version(url: str, chains: Chains) -> None:
    """Into a database in which there is nothing yet."""
    package = chains.first(1)
    assert await migrate(url, report=silent, package=package) == REAL[:1]
    chain = await read_chain(package)
    async with connected(url):
        tables = (await chain.state(REAL[:1])).apps.apps["models"]
        async with in_transaction("default"):
            facts = await _platform(tables)
            for number in range(PEOPLE):
                await _person(tables, number, **facts)


async def _platform(tables: dict[str, type[Model]]) -> dict[str, Any]:
    platform = await tables["Platform"].create(id=uuid4(), name="Acme", created_at=BORN)
    role = await tables["Role"].create(
        id=uuid4(), platform_id=platform.pk, name="Admin", name_key="admin", permissions=sorted(ADMINISTERS),
        built_in=True, created_at=BORN,
    )  # fmt: skip
    return {"platform_id": platform.pk, "role_id": role.pk}


async def _person(tables: dict[str, type[Model]], number: int, **facts: UUID) -> None:
    id, email, at = uuid4(), f"person{number}@example.org", BORN + timedelta(minutes=number)
    invited = number % 3 == 1
    names = {
        "first_name": "Łada",
        "last_name": f"No. {number}",
        "first_name_key": "łada",
        "last_name_key": f"no. {number}",
    }
    await tables["User"].create(
        id=id, email=email, email_key=email, timezone="UTC", activated_at=None if invited else at, created_at=at,
        updated_at=at, **names, **facts,
    )  # fmt: skip
    await tables["SearchWord"].create(platform_id=facts["platform_id"], user_id=id, word="łada")
    await tables["AuditEvent"].create(
        id=uuid4(), platform_id=facts["platform_id"], at=at, type="user.added", actor_name="System", target_id=id
    )
    await (_invitation if invited else _session)(tables, id, at, email)


async def _session(tables: dict[str, type[Model]], id: UUID, at: datetime, email: str) -> None:
    await tables["Session"].create(id=uuid4(), user_id=id, token_hash=email, created_at=at, last_seen_at=at)


async def _invitation(tables: dict[str, type[Model]], id: UUID, at: datetime, email: str) -> None:
    mail = await tables["Mail"].create(
        id=uuid4(), user_id=id, kind="invitation", recipient=email, sealed_token="…", created_at=at, due_at=at
    )
    await tables["Invitation"].create(
        id=uuid4(), user_id=id, mail_id=mail.pk, token_hash=email, sent_at=at, expires_at=at + timedelta(days=3)
    )
