"""Stored keys that an older version has written: counting them and writing them again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tortoise import connections
from tortoise.transactions import in_transaction

from models.role import Role
from models.stored_keys import REBUILDS, Batch, Rebuild
from services.visibility import everybody

AT_ONCE = 1000


@dataclass
class KeyReport:
    """How many rows were looked at and how many of them had old keys.

    `collisions` are sentences on rows that keep an old key because another row has the new one.
    """

    looked_at: int = 0
    stale: int = 0
    collisions: list[str] = field(default_factory=list)


async def count_keyed() -> int:
    """All rows that have keys."""
    return await everybody().count() + await Role.all().count()


async def rebuild_keys(progress: Callable[[int], None] = lambda done: None) -> KeyReport:
    """Writes the keys that differ, AT_ONCE rows in each transaction; `progress` hears how many rows were looked at."""

    async def rebuild(batch: Rebuild, after: object) -> Batch:
        async with in_transaction() as transaction:
            return await batch(transaction, after, AT_ONCE)

    return await _through_all(rebuild, progress)


async def check_keys() -> KeyReport:
    """Counts the keys that differ, and changes nothing."""

    async def check(batch: Rebuild, after: object) -> Batch:
        return await batch(connections.get("default"), after, AT_ONCE, write=False)

    return await _through_all(check, lambda done: None)


async def _through_all(
    act: Callable[[Rebuild, object], Awaitable[Batch]], progress: Callable[[int], None]
) -> KeyReport:
    report = KeyReport()
    for rebuild in REBUILDS.values():
        batch = await act(rebuild, None)
        while batch.last is not None:
            report.looked_at += batch.looked_at
            report.stale += batch.stale
            report.collisions += batch.collisions
            progress(report.looked_at)
            batch = await act(rebuild, batch.last)
    return report
