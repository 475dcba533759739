"""Connections kept at hand: none is lost, none is given to two, and who waits longest is next."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from models.engines.lanes import Lanes

pytestmark = pytest.mark.anyio


@dataclass
class Connection:
    ended: bool = False
    terminated: bool = False

    def is_closed(self) -> bool:
        return self.ended

    def terminate(self) -> None:
        self.ended = self.terminated = True


@dataclass
class Pool:
    """Makes as many as it may, and fails where it is told to."""

    size: int = 2
    fails: bool = False
    out: list[Connection] = field(default_factory=list)

    def get_max_size(self) -> int:
        return self.size

    async def acquire(self) -> Any:
        if self.fails:
            raise OSError("the server is gone")
        alive = [connection for connection in self.out if not connection.ended]
        assert len(alive) < self.size, "more connections than the pool has places"
        self.out.append(Connection())
        return self.out[-1]

    async def release(self, connection: Connection, *, timeout: float) -> None:
        connection.ended = True


def pool_of(size: int) -> tuple[Lanes, Any]:
    return Lanes(), Pool(size)


async def waiting(lanes: Lanes, pool: asyncpg.Pool) -> asyncio.Task[Any]:
    task = asyncio.create_task(lanes.take(pool))
    await asyncio.sleep(0)
    assert not task.done()
    return task


async def test_what_is_given_back_is_taken_again_without_the_pool() -> None:
    lanes, pool = pool_of(2)
    first = await lanes.take(pool)
    assert lanes.in_use == 1
    lanes.give(first)
    assert (lanes.in_use, lanes.at_hand(), lanes.in_use) == (0, first, 1)
    assert len(pool.out) == 1


async def test_who_waits_longest_is_next() -> None:
    lanes, pool = pool_of(1)
    connection = await lanes.take(pool)
    early, late = await waiting(lanes, pool), await waiting(lanes, pool)
    lanes.give(connection)
    assert lanes.at_hand() is None, "it is promised to the one who waits"
    assert await early is connection
    assert not late.done()
    lanes.give(connection)
    assert await late is connection
    lanes.give(connection)
    assert lanes.in_use == 0


async def test_who_gives_up_as_it_is_handed_a_connection_passes_it_on() -> None:
    lanes, pool = pool_of(1)
    connection = await lanes.take(pool)
    gone, patient = await waiting(lanes, pool), await waiting(lanes, pool)
    lanes.give(connection)
    gone.cancel()
    assert await patient is connection
    lanes.give(connection)
    assert lanes.in_use == 0


async def test_who_gave_up_before_is_passed_over() -> None:
    lanes, pool = pool_of(1)
    connection = await lanes.take(pool)
    gone = await waiting(lanes, pool)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    lanes.give(connection)
    assert (lanes.in_use, lanes.at_hand()) == (0, connection)


async def test_the_place_of_a_lost_connection_goes_to_who_waits() -> None:
    lanes, pool = pool_of(1)
    connection = await lanes.take(pool)
    patient = await waiting(lanes, pool)
    await lanes.lose(pool, connection)
    fresh = await patient
    assert fresh is not connection
    lanes.give(fresh)
    assert lanes.in_use == 0


async def test_a_connection_that_ended_while_it_was_at_hand_is_replaced() -> None:
    lanes, pool = pool_of(1)
    connection = await lanes.take(pool)
    lanes.give(connection)
    connection.ended = True
    fresh = await lanes.take(pool)
    assert fresh is not connection
    assert lanes.in_use == 1


async def test_where_none_can_be_made_no_place_is_lost() -> None:
    lanes, pool = pool_of(1)
    pool.fails = True
    for _ in range(3):
        with pytest.raises(OSError, match="gone"):
            await lanes.take(pool)
    pool.fails = False
    assert lanes.in_use == 0
    assert await lanes.take(pool) in pool.out


async def test_clearing_gives_all_at_hand_back() -> None:
    lanes, pool = pool_of(2)
    both = [await lanes.take(pool), await lanes.take(pool)]
    for connection in both:
        lanes.give(connection)
    await lanes.clear(pool, 1)
    assert (lanes.in_use, lanes.at_hand()) == (0, None)
    assert all(connection.ended for connection in both)


async def test_clearing_waits_for_those_in_use() -> None:
    lanes, pool = pool_of(1)
    connection = await lanes.take(pool)
    clearing = asyncio.create_task(lanes.clear(pool, 1))
    await asyncio.sleep(0)
    lanes.give(connection)
    await clearing
    assert (lanes.in_use, connection.ended) == (0, True)


async def test_what_nobody_has_needed_for_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    lanes, pool = pool_of(2)
    both = [await lanes.take(pool), await lanes.take(pool)]
    for connection in both:
        lanes.give(connection)
    await lanes.end_idle(pool)
    assert [connection.ended for connection in both] == [False, False]
    monkeypatch.setattr("models.engines.lanes.IDLE_SECONDS", -1)
    await lanes.end_idle(pool)
    assert [connection.ended for connection in both] == [True, True]
    assert (lanes.in_use, lanes.at_hand()) == (0, None)


async def test_one_that_has_ended_is_terminated_though_it_seems_alive_and_another_is_not() -> None:
    lanes, pool = pool_of(2)
    first, second = await lanes.take(pool), await lanes.take(pool)
    await lanes.lose(pool, first, ended=True)
    await lanes.lose(pool, second)
    assert (first.terminated, second.terminated, lanes.in_use) == (True, False, 0)


async def test_all_at_hand_are_renewed_and_those_in_use_are_not() -> None:
    lanes, pool = pool_of(3)
    used, *others = [await lanes.take(pool) for _ in range(3)]
    for connection in others:
        lanes.give(connection)
    await lanes.renew(pool)
    assert [connection.terminated for connection in (used, *others)] == [False, True, True]
    assert lanes.in_use == 1
    assert await lanes.take(pool) not in others
