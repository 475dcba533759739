"""The clock that all servers of one database share."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tortoise import connections

from models.database import opened
from models.unavailable import DatabaseUnavailable
from services import clock as clocks
from services.clock import DatabaseClock, settled, shared_time, system_clock
from tests.conftest import T0, StandingClock
from tests.databases import Databases
from tests.running import free_port

pytestmark = pytest.mark.anyio
on_postgres = pytest.mark.parametrize("engine", ["postgres"], indirect=True)

ON_THE_WAY = timedelta(minutes=1)
"""What a busy machine may take between two looks; the clocks under test are off by an hour and more."""


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    """The database's time, as a test sets it; no time passes meanwhile."""
    database = StandingClock()

    async def told() -> datetime:
        return database.now

    monkeypatch.setattr(clocks, "database_time", told)
    monkeypatch.setattr(clocks, "passed", lambda: 5000.0)
    return database


@on_postgres
@pytest.mark.parametrize("hours", [-1, 0, 24])
async def test_it_tells_what_the_database_would_wherever_the_machine_is(hours: int, database: str) -> None:
    clock = DatabaseClock(lambda: system_clock() + timedelta(hours=hours))
    assert abs(await clock.follow() + hours * 3600) < ON_THE_WAY.total_seconds()
    before = clock()
    [[now]] = await connections.get("default").rows("SELECT clock_timestamp()", ())  # type: ignore[attr-defined]
    after = clock()
    assert before - ON_THE_WAY < now < after + ON_THE_WAY
    assert before < after
    assert after.tzinfo is UTC


async def test_time_passes_by_a_clock_that_nobody_sets(
    standing: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = StandingClock()
    clock = DatabaseClock(system)
    standing.advance(hours=1)
    assert await clock.follow() == 3600
    system.advance(days=365)
    monkeypatch.setattr(clocks, "passed", lambda: 5090.0)
    assert clock() == T0 + timedelta(hours=1, seconds=90)


async def test_the_quickest_answer_counts_and_lies_in_the_middle_of_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 8.0, 10.0, 12.0, 20.0, 29.0])
    answers = iter([T0, T0 + timedelta(seconds=100), T0])

    async def told() -> datetime:
        return next(answers)

    monkeypatch.setattr(clocks, "database_time", told)
    monkeypatch.setattr(clocks, "passed", lambda: 0.0)
    clock = DatabaseClock(lambda: T0)
    monkeypatch.setattr(clocks, "passed", lambda: next(moments))
    assert await clock.follow() == 100 - 11


@pytest.mark.parametrize(("off", "moved"), [(0.9, 0.0), (-0.9, 0.0), (1.1, 1.1), (-1.1, -1.1)])
async def test_nothing_is_moved_that_the_way_of_the_answer_explains(
    off: float, moved: float, standing: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = DatabaseClock(standing)
    standing.advance(seconds=off)
    moments = iter([4999.0, 5001.0] * 3)
    monkeypatch.setattr(clocks, "passed", lambda: next(moments))
    assert await clock.follow() == pytest.approx(moved, abs=1e-6)
    monkeypatch.setattr(clocks, "passed", lambda: 5000.0)
    assert clock() == T0 + timedelta(seconds=moved)


async def test_an_answer_that_does_not_come_in_time_moves_nothing(
    standing: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = DatabaseClock(standing)
    monkeypatch.setattr(clocks, "SECONDS_TO_ANSWER", 0.01)
    monkeypatch.setattr(clocks, "database_time", asyncio.Event().wait)
    with pytest.raises(DatabaseUnavailable):
        await clock.follow()
    assert clock() == T0 and not clock.answered.is_set()


async def test_of_a_slow_database_one_answer_is_enough(
    standing: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, answers = DatabaseClock(lambda: T0 - timedelta(hours=1)), iter([standing.now])

    async def told() -> datetime:
        for answer in answers:
            return answer
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(clocks, "SECONDS_TO_ANSWER", 0.01)
    monkeypatch.setattr(clocks, "database_time", told)
    assert await clock.follow() == 3600
    assert clock.answered.is_set()


async def test_who_ends_what_is_late_waits_for_the_first_answer(standing: StandingClock) -> None:
    clock, stop = DatabaseClock(standing), asyncio.Event()
    waiting = [asyncio.create_task(settled(clock, stop)) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    await clock.follow()
    await asyncio.gather(*waiting)
    await settled(standing, asyncio.Event())
    stop.set()
    await settled(DatabaseClock(standing), stop)


@on_postgres
async def test_where_nobody_answers_time_goes_on_as_before(engine: str, databases: Databases, tmp_path: Path) -> None:
    clock = DatabaseClock(lambda: system_clock() + timedelta(hours=1))
    async with opened(await databases.fresh(engine, tmp_path)):
        await clock.follow()
    async with opened(f"postgres://postgres@127.0.0.1:{free_port()}/nobody"):
        with pytest.raises(DatabaseUnavailable):
            await clock.follow()
    assert abs(clock() - system_clock()) < ON_THE_WAY


async def test_commands_have_the_time_of_the_servers(
    database: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "system_clock", lambda: T0)
    expected = T0 if engine == "sqlite" else datetime.now(UTC)
    assert abs(await shared_time() - expected) < ON_THE_WAY
