"""Where the figures of `server.metrics` come from: each statement, and a look every few seconds."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter
from tortoise import connections

from models.mail import Mail, MailState
from server.health import Health
from server.metrics import Metrics
from services.visibility import everybody

PAUSE_SECONDS = 5.0
log = structlog.get_logger()


def statement_options(metrics: Metrics, health: Health, *, sqlite: bool) -> dict[str, Any]:
    """Options of the database client by which each statement is told, and each conflict of transactions."""
    conflicts = conflicts_counted_in(metrics.registry)

    def told(sql: str, seconds: float, error: BaseException | None) -> None:
        metrics.took_statement(sql, seconds)
        if error is not None:
            health.heed(error)

    def met(outcome: str) -> None:
        conflicts.labels(outcome).inc()

    return {"on_statement": told} | ({} if sqlite else {"on_conflict": met})


@cache
def conflicts_counted_in(registry: CollectorRegistry) -> Counter:
    says = "Transactions that PostgreSQL undid for another's sake."
    return Counter("rollcall_conflicts", says, ["outcome"], registry=registry)


async def keep_measuring(metrics: Metrics, health: Health, counts: Mapping[str, int], stop: asyncio.Event) -> None:
    """Every few seconds until `stop`. What the database does not tell stays as it was, and `ready` says why."""
    while not stop.is_set():
        metrics.ran(dict(counts))
        metrics.settle()
        look = await health.look()
        metrics.ready.set(look.reason is None)
        if look.lag is not None:
            metrics.lag.set(look.lag.total_seconds())
        try:
            async with asyncio.timeout(PAUSE_SECONDS):
                await _measure_tables(metrics)
        except Exception as error:
            log.warning("measuring.failed", error=type(error).__name__)
        await _measure_pool(metrics)  # last: the first look opens it
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)
    metrics.ready.set(0)


async def _measure_pool(metrics: Metrics) -> None:
    """Ends connections that nobody has needed for long, and counts the others."""
    database: Any = connections.get("default")
    if (pool := getattr(database, "_pool", None)) is not None:
        await database.lanes.end_idle(pool)
        shown = {"open": pool.get_size(), "in use": database.lanes.in_use, "most": pool.get_max_size()}
        for state, number in shown.items():
            metrics.pool.labels(state).set(number)


async def _measure_tables(metrics: Metrics) -> None:
    for state in (MailState.QUEUED, MailState.FAILED):
        metrics.outbox.labels(state.lower()).set(await Mail.filter(state=state.value).count())
    metrics.locked.set(await everybody().filter(locked_at__isnull=False).count())
