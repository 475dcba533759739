"""Trying again: what PostgreSQL undid for another transaction's sake (40P01, 40001) is done anew, as a whole."""

import asyncio
import functools
import random
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from tortoise import connections
from tortoise.backends.base.client import TransactionalDBClient

from models.unavailable import DatabaseConflict

REPEATS = 3
PAUSE_SECONDS = 0.02
"""Before the first repeat; each further one waits up to twice as long."""

P = ParamSpec("P")
Result = TypeVar("Result")


@dataclass
class Unit:
    """Something that is done as a whole, and whether any of it is committed; `around`: what it is a part of."""

    around: "Unit | None"
    committed: bool = False


_current: ContextVar[Unit | None] = ContextVar("unit", default=None)


def note_commit() -> None:
    """The engine has committed something: from here on, whatever it is a part of must not be done again."""
    unit = _current.get()
    while unit is not None:
        unit.committed, unit = True, unit.around


def repeated(act: Callable[P, Awaitable[Result]]) -> Callable[P, Awaitable[Result]]:
    """`act`, which is called again where the database undid it, up to REPEATS times, while nothing of it is committed.

    It must have no effect but through the database. Inside a transaction it is a part of that, and called once.
    Raises DatabaseConflict in the end.
    """

    @functools.wraps(act)
    async def acting(*args: P.args, **kwargs: P.kwargs) -> Result:
        if isinstance(connections.get("default"), TransactionalDBClient):
            return await act(*args, **kwargs)
        unit = Unit(_current.get())
        token = _current.set(unit)
        try:
            return await persisting(functools.partial(act, *args, **kwargs), lambda: not unit.committed)
        finally:
            _current.reset(token)

    return acting


async def persisting(act: Callable[[], Awaitable[Result]], undone: Callable[[], bool] = lambda: True) -> Result:
    """What `repeated` does; `undone` says whether nothing is left of a try. A conflict that was given up stays so."""
    for repeat in range(REPEATS + 1):
        try:
            return await act()
        except DatabaseConflict as conflict:
            if conflict.given_up:
                raise
            conflict.given_up = repeat == REPEATS or not undone()
            _tell("given up" if conflict.given_up else "repeated")
            if conflict.given_up:
                raise
        await asyncio.sleep(PAUSE_SECONDS * 2**repeat * random.uniform(0.5, 1))  # noqa: S311
    raise AssertionError("the last try returns or raises")


def _tell(outcome: str) -> None:
    on_conflict = getattr(connections.get("default"), "on_conflict", None)
    if on_conflict is not None:
        on_conflict(outcome)
