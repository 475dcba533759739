"""/livez and /readyz."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
from starlette.applications import Starlette
from tortoise import connections

from models.engines.sqlite import SqliteUnavailable
from models.mail import MailKind
from server.envelope import Envelope
from server.health import Health
from server.operating import Operating
from server.shutdown import Leaving
from services.mail.outbox import enqueue
from tests.conftest import StandingClock
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
def leaving() -> Leaving:
    return Leaving()


@pytest.fixture
def health(database: str, clock: StandingClock, leaving: Leaving) -> Health:
    return Health(clock, leaving)


@pytest.fixture
async def http(health: Health, leaving: Leaving, clock: StandingClock) -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(routes=Operating(leaving, health, Operating.alone(clock).metrics).routes(metrics=False))
    transport = httpx2.ASGITransport(Envelope(app, leaving, https=False))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_server_with_a_migrated_database_is_ready(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "outboxLagSeconds": 0.0})
    assert (await http.get("/livez")).json() == {"status": "ok"}


async def test_late_mails_are_shown_and_no_reason_to_send_requests_elsewhere(
    http: httpx2.AsyncClient, world: World
) -> None:
    for _ in range(2):
        await enqueue(await world.admin(), MailKind.PASSWORD_CHANGED, now=world.clock.now)
        world.clock.advance(minutes=1)
    assert (await http.get("/readyz")).json() == {"status": "ok", "outboxLagSeconds": 120.0}


async def test_a_mail_that_is_not_due_yet_is_not_late(http: httpx2.AsyncClient, world: World) -> None:
    await enqueue(await world.admin(), MailKind.PASSWORD_CHANGED, now=world.clock.now + timedelta(minutes=5))
    assert (await http.get("/readyz")).json() == {"status": "ok", "outboxLagSeconds": 0.0}


async def test_a_database_that_lacks_a_migration_makes_it_not_ready(http: httpx2.AsyncClient, database: str) -> None:
    client = connections.get("default")
    kept = await client.execute_query_dict("SELECT app, name FROM tortoise_migrations ORDER BY name")
    await client.execute_script("ALTER TABLE tortoise_migrations RENAME TO kept_migrations")
    try:
        answer = await http.get("/readyz")
    finally:
        await client.execute_script("ALTER TABLE kept_migrations RENAME TO tortoise_migrations")
    assert kept
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "reason": "migrations", "outboxLagSeconds": None}


async def test_a_database_that_has_said_it_is_full_makes_it_not_ready(http: httpx2.AsyncClient, health: Health) -> None:
    health.heed(SqliteUnavailable("database or disk is full"))
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reason"] == "database takes no changes"


async def test_a_server_that_is_leaving_is_not_ready_but_alive_and_keeps_no_connection(
    http: httpx2.AsyncClient, leaving: Leaving
) -> None:
    assert "connection" not in (await http.get("/livez")).headers
    leaving.begun.set()
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "reason": "stopping", "outboxLagSeconds": None}
    alive = await http.get("/livez")
    assert (alive.status_code, alive.headers["connection"]) == (200, "close")


async def test_many_who_ask_at_once_share_one_look(health: Health) -> None:
    first, second = await health.look(), await health.look()
    assert first is second
