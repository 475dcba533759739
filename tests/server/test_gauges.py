"""What /metrics shows of the database, as whoever operates the server reads it: at the API's port, or at its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tortoise import connections
from tortoise.transactions import in_transaction

from models.mail import Mail, MailKind, MailState
from models.user import User
from schema.context import Tools
from server.app import application
from server.avatars import avatar_urls
from server.graphql_http import GraphQLHttp
from server.health import Health
from server.measuring import keep_measuring
from server.metrics import Metrics
from server.operating import Operating
from server.origins import Origins
from server.settings import Settings
from server.shutdown import Leaving
from tests.running import PATIENCE, free_port, running
from tests.world import KEY, World

pytestmark = pytest.mark.anyio

Figures = dict[tuple[str, str], float]
"""By the name of a metric and its `state`, which is empty where it has none."""


MEASURED_LAST = {"sqlite": ("rollcall_locked_users", ""), "postgres": ("rollcall_pool_connections", "most")}


def figures(page: str) -> Figures:
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    return {(sample.name, sample.labels.get("state", "")): sample.value for sample in samples}


async def shown(http: httpx2.AsyncClient, url: str, engine: str) -> Figures:
    """What the page shows once everything was measured."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await http.get(url)
            assert answer.status_code == 200
            found = figures(answer.text)
            if found.get(MEASURED_LAST[engine]):
                return found
            await asyncio.sleep(0.01)


@asynccontextmanager
async def measuring(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    """The pages of a server that keeps measuring, and delivers nothing."""
    leaving, metrics = Leaving(), Metrics()
    operating = Operating(leaving, Health(world.clock, leaving), metrics)
    settings = Settings.read(database_url="sqlite:///unused", secret_key=KEY, _env_file=None)
    graphql = GraphQLHttp(Tools(world.hasher, world.vault, avatar_urls("off", "")), world.clock, Origins([]))
    app = application(settings, graphql, operating=operating)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_measuring(metrics, operating.health, {}, leaving.begun))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://rollcall.test") as http:
            yield http
        leaving.begun.set()


async def mail(user: User, state: MailState, due_at: datetime) -> None:
    kind, now = MailKind.PASSWORD_CHANGED.value, due_at
    await Mail.create(
        id=uuid4(), user_id=user.id, kind=kind, recipient=user.email, state=state.value, created_at=now, due_at=now
    )


async def a_known_state(world: World, now: datetime) -> None:
    """Three mails due, the oldest for ten minutes, one that waits; two given up, one sent. Two of five are locked."""
    admin = await world.admin(created_at=now)
    for number in range(4):
        locked = {"locked_at": now} if number > 1 else {}
        await world.user(await world.platform(f"Platform {number}"), **locked)
    for minutes in (10, 1, 0, -30):
        await mail(admin, MailState.QUEUED, now - timedelta(minutes=minutes))
    for state in (MailState.FAILED, MailState.FAILED, MailState.SENT):
        await mail(admin, state, now - timedelta(hours=1))


async def test_the_gauges_show_what_is_in_the_database(world: World, engine: str) -> None:
    await a_known_state(world, world.clock.now)
    async with measuring(world) as http:
        found = await shown(http, "/metrics", engine)
    gauges = ("rollcall_outbox_mails", "rollcall_outbox_lag_seconds", "rollcall_locked_users", "rollcall_ready")
    assert {name: value for name, value in found.items() if name[0] in gauges} == {
        ("rollcall_outbox_mails", "queued"): 4,
        ("rollcall_outbox_mails", "failed"): 2,
        ("rollcall_outbox_lag_seconds", ""): 600,
        ("rollcall_locked_users", ""): 2,
        ("rollcall_ready", ""): 1,
    }


async def test_a_server_that_cannot_work_says_so(world: World, engine: str) -> None:
    await a_known_state(world, world.clock.now)
    await connections.get("default").execute_script("ALTER TABLE tortoise_migrations RENAME TO kept_migrations")
    try:
        async with measuring(world) as http:
            found = await shown(http, "/metrics", engine)
    finally:
        await connections.get("default").execute_script("ALTER TABLE kept_migrations RENAME TO tortoise_migrations")
    assert (found["rollcall_ready", ""], found["rollcall_locked_users", ""]) == (0, 2)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_the_pool_is_told_with_what_is_in_use(world: World) -> None:
    held, release = asyncio.Semaphore(0), asyncio.Event()

    async def holding() -> None:
        async with in_transaction():
            held.release()
            await release.wait()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(2):
            tasks.create_task(holding())
            await held.acquire()
        async with measuring(world) as http:
            found = await shown(http, "/metrics", "postgres")
        release.set()
    assert found["rollcall_pool_connections", "in use"] == 2
    assert 2 <= found["rollcall_pool_connections", "open"] <= found["rollcall_pool_connections", "most"]


async def test_a_port_of_its_own_has_the_figures_and_the_port_of_the_api_has_not(
    world: World, engine: str, database: str, tmp_path: Path
) -> None:
    now, port = datetime.now(UTC), free_port()
    admin = await world.admin(locked_at=now)
    await mail(admin, MailState.FAILED, now)
    settings = {"METRICS_PORT": str(port), "DATABASE_CONNECTIONS": "6"}
    async with running(database, tmp_path / "log", **settings) as api, httpx2.AsyncClient() as http:
        found = await shown(http, f"http://127.0.0.1:{port}/metrics", engine)
        beside = await http.get(f"{api}/metrics")
    assert (found["rollcall_ready", ""], found["rollcall_locked_users", ""]) == (1, 1)
    assert found.get(("rollcall_pool_connections", "most")) == (6 if engine == "postgres" else None)
    assert (beside.status_code, list(beside.json())) == (404, ["errors"])
