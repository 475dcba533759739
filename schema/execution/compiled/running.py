"""What a compiled operation works with while it runs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from models.hydration import Columns
from schema.context import Context

Complete = Callable[[Any, "Run"], Any]


class Odd(Exception):
    """Something that only graphql-core can answer properly: it executes the query again."""


class Unfit(Odd):
    """Variables that do not fit: the client's mistake, of which graphql-core finds the words."""


@dataclass(slots=True)
class FieldInfo:
    """What resolvers may ask of Strawberry's `Info`; anything else raises, and graphql-core takes over."""

    context: Context
    columns: Columns | None = None
    selected: frozenset[str] | None = None


@dataclass
class Run:
    """One execution: the arguments of its fields, and what is still being waited for."""

    context: Context
    info: FieldInfo
    arguments: list[dict[str, Any]]
    infos: list[FieldInfo]
    pending: list[tuple[dict[str, Any], str, Awaitable[Any], Complete]] = field(default_factory=list)

    def later(self, answer: dict[str, Any], *fields: tuple[str, Awaitable[Any], Complete]) -> dict[str, Any]:
        """Puts these into the answer once they are there; all that wait, wait together, so that loaders batch."""
        self.pending.extend((answer, key, value, complete) for key, value, complete in fields)
        return answer

    async def settle(self) -> None:
        while self.pending:
            waiting, self.pending = self.pending, []
            results = await _all([value for _, _, value, _ in waiting])
            for (answer, key, _, complete), result in zip(waiting, results, strict=True):
                answer[key] = complete(result, self)

    def abandon(self) -> None:
        """Closes what nobody will wait for any more."""
        for _, _, value, _ in self.pending:
            close = getattr(value, "close", None)
            if close is not None:
                close()


async def _all(values: list[Awaitable[Any]]) -> list[Any]:
    """Where one fails, the others end before it is heard of: nothing goes on behind the answer's back."""
    if len(values) == 1:
        return [await values[0]]
    tasks = [asyncio.ensure_future(value) for value in values]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def odd() -> Any:
    raise Odd
