"""Where the figures of `server.metrics` come from: each request, each statement, and a look every few seconds."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tortoise import connections

from models.mail import Mail, MailState
from server.health import Health
from server.metrics import Metrics
from services.visibility import everybody

PAUSE_SECONDS = 5.0
log = structlog.get_logger()


class Measured:
    """Counts and times what is posted to /graphql; `state.operation` is its name. Pure ASGI."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/graphql" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        state = scope.setdefault("state", {})
        try:
            await self.app(scope, receive, send_noting)
        finally:
            self.metrics.answered(state.get("operation"), status, time.perf_counter() - started)


def statement_options(metrics: Metrics, health: Health, *, sqlite: bool) -> dict[str, Any]:
    """Options of the database client by which each statement is told."""

    def told(sql: str, seconds: float, error: BaseException | None) -> None:
        metrics.took_statement(sql, seconds)
        if error is not None:
            health.heed(error)

    async def listen(connection: Any) -> None:
        connection.add_query_logger(lambda heard: told(heard.query, heard.elapsed, heard.exception))

    return {"on_statement": told} if sqlite else {"init": listen}


async def keep_measuring(metrics: Metrics, health: Health, counts: Mapping[str, int], stop: asyncio.Event) -> None:
    """Every few seconds until `stop`. What the database does not tell stays as it was, and `ready` says why."""
    while not stop.is_set():
        metrics.ran(dict(counts))
        _measure_pool(metrics)
        look = await health.look()
        metrics.ready.set(look.reason is None)
        if look.lag is not None:
            metrics.lag.set(look.lag.total_seconds())
        try:
            async with asyncio.timeout(PAUSE_SECONDS):
                await _measure_tables(metrics)
        except Exception as error:
            log.warning("measuring.failed", error=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)
    metrics.ready.set(0)


def _measure_pool(metrics: Metrics) -> None:
    pool = getattr(connections.get("default"), "_pool", None)
    if pool is not None:
        size, idle = pool.get_size(), pool.get_idle_size()
        shown = {"open": size, "in use": size - idle, "most": pool.get_max_size()}
        for state, number in shown.items():
            metrics.pool.labels(state).set(number)


async def _measure_tables(metrics: Metrics) -> None:
    for state in (MailState.QUEUED, MailState.FAILED):
        metrics.outbox.labels(state.lower()).set(await Mail.filter(state=state.value).count())
    metrics.locked.set(await everybody().filter(locked_at__isnull=False).count())
