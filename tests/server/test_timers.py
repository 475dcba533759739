"""Timers of one length that share one timer of the loop."""

import asyncio
from contextvars import ContextVar
from functools import partial

import pytest

from server.timers import Timers
from tests.running import PATIENCE

pytestmark = pytest.mark.anyio

WHOSE: ContextVar[str] = ContextVar("whose", default="nobody's")


async def test_each_is_due_in_its_turn_and_in_the_context_it_was_started_in() -> None:
    timers, called, done = Timers(0.02), [], asyncio.Event()

    def due(name: str) -> None:
        called.append((name, WHOSE.get()))
        if name == "second":
            done.set()

    for name in ("first", "second"):
        WHOSE.set(f"the {name}'s")
        timers.start(partial(due, name))
    WHOSE.set("another's")
    async with asyncio.timeout(PATIENCE):
        await done.wait()
    assert called == [("first", "the first's"), ("second", "the second's")]


async def test_one_that_is_cancelled_is_never_due_and_holds_nobody_up() -> None:
    timers, called, done = Timers(0.02), [], asyncio.Event()
    timers.cancel(timers.start(partial(called.append, "cancelled")))
    later = timers.start(done.set)
    async with asyncio.timeout(PATIENCE):
        await done.wait()
    timers.cancel(later)
    assert called == []


async def test_one_that_is_cancelled_by_another_that_is_due_with_it_is_not_due() -> None:
    timers, called, done = Timers(0.02), [], asyncio.Event()
    timers.start(lambda: timers.cancel(victim))
    victim = timers.start(partial(called.append, "victim"))
    timers.start(done.set)
    async with asyncio.timeout(PATIENCE):
        await done.wait()
    assert called == []


def test_a_new_loop_begins_anew() -> None:
    timers = Timers(0.02)

    async def due_in_time() -> bool:
        done = asyncio.Event()
        timers.start(done.set)
        async with asyncio.timeout(PATIENCE):
            return await done.wait()

    async def left_running() -> None:
        timers.start(lambda: None)

    asyncio.run(left_running())
    assert asyncio.run(due_in_time())
