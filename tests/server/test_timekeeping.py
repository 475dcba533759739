"""A server keeps its clock with the database's, from before the first request until it ends."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from models.unavailable import DatabaseUnavailable
from server import housekeeping, timekeeping
from server.app import clock_of, create_app
from server.settings import Settings
from server.timekeeping import set_clock
from services import clock as clocks
from services.clock import Clock, DatabaseClock, shared_time, system_clock
from services.mail.delivery import Delivery
from tests.conftest import T0, StandingClock
from tests.databases import Databases
from tests.running import PATIENCE, free_port
from tests.world import KEY

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("logs_as_before")]
on_postgres = pytest.mark.parametrize("engine", ["postgres"], indirect=True)

SLACK = timedelta(minutes=1)
"""By how much a slow answer may put a clock wrong; the clocks under test are off by an hour and more."""


class Following(DatabaseClock):
    """Counts how often it asks; the second answer fails."""

    asked = 0

    async def follow(self) -> float:
        self.asked += 1
        if self.asked == 2:
            raise OSError("the database is gone")
        return await super().follow()


async def is_right(clock: Clock) -> bool:
    before, told, after = clock(), await shared_time(), clock()
    return before - SLACK < told < after + SLACK


def settings(url: str) -> Settings:
    return Settings.read(database_url=url, secret_key=KEY, shutdown_delay=0, _env_file=None)


@on_postgres
@pytest.mark.parametrize("hours", [-1, 24])
async def test_it_is_right_before_the_first_request_and_stays_so_whatever_the_machine_says(
    hours: int, engine: str, databases: Databases, tmp_path: Path
) -> None:
    system = StandingClock(system_clock() + timedelta(hours=hours))
    clock = DatabaseClock(system)
    app = create_app(settings(await databases.fresh(engine, tmp_path)), clock=clock)
    async with app.router.lifespan_context(app):
        assert await is_right(clock)
        system.advance(hours=-2 * hours)
        await set_clock(clock)
        assert await is_right(clock)


async def test_a_server_that_starts_before_its_database_has_the_time_of_the_machine() -> None:
    clock = DatabaseClock(lambda: T0)
    app = create_app(settings(f"postgres://postgres@127.0.0.1:{free_port()}/nobody"), clock=clock)
    async with app.router.lifespan_context(app):
        assert T0 <= clock() < T0 + timedelta(minutes=1)


@on_postgres
async def test_nothing_is_done_for_being_late_before_the_database_has_said_what_time_it_is(
    engine: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that is a year ahead would end every session."""
    url = await databases.fresh(engine, tmp_path)
    asked = asyncio.Event()
    tidied: list[datetime] = []
    delivered: list[datetime] = []

    async def silent() -> datetime:
        asked.set()
        raise DatabaseUnavailable("slow")

    async def tidy(now: datetime) -> None:
        tidied.append(now)

    async def deliver(delivery: Delivery, limit: int) -> int:
        delivered.append(delivery.clock())
        return 0

    monkeypatch.setattr(housekeeping, "tidy_up", tidy)
    monkeypatch.setattr(Delivery, "deliver_due", deliver)
    patched = pytest.MonkeyPatch()
    patched.setattr(clocks, "database_time", silent)
    clock = DatabaseClock(lambda: system_clock() + timedelta(days=400))
    app = create_app(settings(url), clock=clock)
    async with app.router.lifespan_context(app), asyncio.timeout(PATIENCE):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://rollcall.test") as http:
            ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["reason"], asked.is_set()) == (503, "clock", True)
        assert tidied == delivered == []
        patched.undo()
        await set_clock(clock)
        while not tidied or not delivered:
            await asyncio.sleep(0)
    assert abs(tidied[0] - system_clock()) < timedelta(minutes=1) > abs(delivered[0] - system_clock())


@on_postgres
async def test_it_asks_as_long_as_the_server_runs_though_an_answer_fails(
    engine: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timekeeping, "PAUSE_SECONDS", 0.01)
    clock = Following(lambda: T0)
    app = create_app(settings(await databases.fresh(engine, tmp_path)), clock=clock)
    async with app.router.lifespan_context(app), asyncio.timeout(PATIENCE):
        while clock.asked < 5:
            await asyncio.sleep(0.01)
        assert await is_right(clock)


@pytest.mark.parametrize(
    ("url", "kind"), [("sqlite:///here.db", type(system_clock)), ("postgres://there/rollcall", DatabaseClock)]
)
def test_only_a_database_of_its_own_has_a_clock_of_its_own(url: str, kind: type[Clock]) -> None:
    assert type(clock_of(settings(url))) is kind
