"""Neither a request that is ended nor one that fails costs a connection, a lock or a transaction."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from models.database import opened
from models.platform import Platform
from models.unavailable import DatabaseUnavailable
from models.user import User
from server.database import pool
from server.settings import Settings
from server.time_limit import TimeLimit
from tests.conftest import StandingClock
from tests.databases import Databases, wait_patiently
from tests.server.test_graphql_http_time import busy, request
from tests.world import KEY, World, user_id

pytestmark = pytest.mark.anyio

ONE_BY_ONE = 20.0
"""Seconds that ten requests wait if each waits for the one before it."""

EDIT = "mutation($input: EditUserInput!) { editUser(input: $input) { errors { code } user { firstName } } }"


@pytest.fixture
async def pool_of_two(engine: str, databases: Databases, tmp_path: Path) -> AsyncIterator[str]:
    url = await databases.fresh(engine, tmp_path)
    async with opened(url, **({"min_size": 1, "max_size": 2} if engine == "postgres" else {})):
        yield engine


@pytest.fixture
def people(pool_of_two: str, clock: StandingClock) -> Iterator[World]:
    made = World(clock)
    yield made
    made.hasher.close()


@asynccontextmanager
async def holding(user: User | None = None) -> AsyncIterator[None]:
    """Another task has a transaction open, with this user's row locked."""
    locked, enough = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with in_transaction():
            await User.filter(id=user.id if user else None).select_for_update()
            locked.set()
            await enough.wait()

    holder = asyncio.create_task(hold())
    await locked.wait()
    try:
        yield
    finally:
        enough.set()
        await holder


async def pool_is_whole() -> bool:
    """Every connection is free, and two transactions and three questions at once are answered."""

    async def in_one() -> None:
        async with in_transaction():
            await Platform.exists()

    with pytest.MonkeyPatch.context() as patch:
        wait_patiently(patch)
        await asyncio.gather(in_one(), in_one(), *(Platform.exists() for _ in range(3)))
        database = connections.get("default")
        pool = getattr(database, "_pool", None)
        return pool is None or (database.lanes.in_use == 0 and pool.get_size() <= 2)


async def test_requests_that_end_while_they_wait_for_a_lock_cost_nothing(people: World) -> None:
    admin = await people.admin()
    token = await people.session(admin)
    app, change = TimeLimit(people.app, 0.05), {"input": {"id": user_id(admin), "firstName": "Ada"}}
    async with holding(admin):
        assert all([busy(await request(app, token, EDIT, **change)) for _ in range(20)])
    assert await pool_is_whole()
    assert (await User.get(id=admin.id)).first_name == "Grace"
    done = await request(people.app, token, EDIT, **change)
    assert done.json()["data"] == {"editUser": {"errors": [], "user": {"firstName": "Ada"}}}


@pytest.mark.parametrize("turns", range(0, 40, 2))
async def test_a_transaction_that_is_cancelled_anywhere_leaves_nothing_behind(people: World, turns: int) -> None:
    """Cancelled after so many turns of the loop: in BEGIN, in the statement, or in COMMIT."""
    platform = await people.platform()

    async def rename() -> None:
        async with in_transaction():
            await Platform.filter(id=platform.id).update(name="Renamed")

    for _ in range(3):
        task = asyncio.create_task(rename())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await pool_is_whole()
    assert (await Platform.get(id=platform.id)).name in ("Acme", "Renamed")


async def test_a_transaction_that_is_cancelled_before_its_end_changes_nothing(people: World) -> None:
    platform, changed = await people.platform(), asyncio.Event()

    async def rename() -> None:
        async with in_transaction():
            await Platform.filter(id=platform.id).update(name="Renamed")
            changed.set()
            await asyncio.Event().wait()

    for _ in range(20):
        task = asyncio.create_task(rename())
        await changed.wait()
        changed.clear()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (await Platform.get(id=platform.id)).name == "Acme"
    assert await pool_is_whole()


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_nobody_waits_for_a_connection_for_more_than_two_seconds(people: World) -> None:
    token = await people.session(await people.admin())
    started = asyncio.get_running_loop().time()
    async with holding(), holding():
        answers = await asyncio.gather(*(request(people.app, token) for _ in range(10)))
        with pytest.raises(DatabaseUnavailable):
            async with in_transaction():
                pass
    assert all(busy(answer) for answer in answers)
    assert 3.9 < asyncio.get_running_loop().time() - started < ONE_BY_ONE
    assert await pool_is_whole()
    assert (await request(people.app, token)).status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_nobody_waits_for_the_connection_that_writes_for_more_than_two_seconds(people: World) -> None:
    admin = await people.admin()
    token = await people.session(admin)
    change = {"input": {"id": user_id(admin), "firstName": "Ada"}}
    started = asyncio.get_running_loop().time()
    async with holding():
        answers = await asyncio.gather(*(request(people.app, token, EDIT, **change) for _ in range(10)))
        waited = asyncio.get_running_loop().time() - started
        assert (await request(people.app, token)).status_code == 200
    assert all(busy(answer) for answer in answers)
    assert 1.9 < waited < ONE_BY_ONE
    assert await pool_is_whole()
    assert (await request(people.app, token, EDIT, **change)).json()["data"]["editUser"]["errors"] == []


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_connection_that_dies_in_a_transaction_is_replaced(people: World) -> None:
    for _ in range(3):
        with pytest.raises(DatabaseUnavailable):
            async with in_transaction() as transaction:
                await transaction.execute_query("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await pool_is_whole()


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_statements_and_locks_end_in_time_where_the_server_says_so(
    engine: str, databases: Databases, tmp_path: Path
) -> None:
    url = await databases.fresh(engine, tmp_path)
    settings = Settings.read(_env_file=None, database_url=url, secret_key=KEY)
    async with opened(url, **pool(settings)):
        names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
        found = [(await connections.get("default").execute_query_dict(f"SHOW {name}"))[0][name] for name in names]
    assert found == ["8s", "4s", "15s"]
