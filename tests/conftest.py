"""What every test may use: a database of each kind, a clock that stands still, people, and a client.

Tests that take `database` run on SQLite and on PostgreSQL. Where no PostgreSQL answers, that leg is skipped with a
reason; in CI it fails instead.
"""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.databases import POSTGRES, Databases, wait_patiently
from tests.world import World

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class StandingClock:
    """The time of a test: stands still until the test moves it."""

    def __init__(self, now: datetime = T0) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.drop()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "postgres" and not Databases.postgres_answers():
        if os.environ.get("CI"):
            pytest.fail(f"CI needs PostgreSQL at {POSTGRES}")
        pytest.skip(f"no PostgreSQL answers at {POSTGRES}: this half of the suite did not run")
    return str(request.param)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_patiently(monkeypatch)


@pytest.fixture
async def database(engine: str, databases: Databases, tmp_path: Path, patient: None) -> AsyncIterator[str]:
    """The URL of an empty, migrated database, which this process is connected to."""
    from models.database import opened

    url = await databases.fresh(engine, tmp_path)
    async with opened(url):
        yield url


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def world(database: str, clock: StandingClock) -> Iterator[World]:
    made = World(clock)
    yield made
    made.hasher.close()
