"""Whether the process lives, and whether it can work."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse
from tortoise import connections

from models.mail import Mail, MailState
from models.migrating.chain import PACKAGE, Chain, read_chain
from models.migrating.failure import MigrationError
from models.migrating.record import applied
from models.unavailable import DatabaseUnavailable
from server.shutdown import Leaving
from services.clock import Clock, DatabaseClock

SECONDS_TO_ANSWER = 3.0
SECONDS_GOOD = 2.0
"""A look at the database serves everybody who asks for so long."""

REFUSING_SECONDS = 10.0
"""A database that said it is full or read-only is believed for so long."""

READ_ONLY = {"postgres": "SELECT current_setting('transaction_read_only') = 'on' AS yes", "sqlite": "SELECT 0 AS yes"}


@dataclass(frozen=True)
class Look:
    """What was seen. `reason`: why no work can be done; None: it can. `lag`: how late the oldest due mail is."""

    reason: str | None
    lag: timedelta | None = None


class Health:
    """Late mails are shown but no reason against readiness: other servers would deliver them no sooner."""

    def __init__(self, clock: Clock, leaving: Leaving | None = None) -> None:
        self._clock, self._leaving = clock, leaving or Leaving()
        self._chain: Chain | None = None
        self._seen: asyncio.Task[Look] | None = None
        self._seen_at = self._refused_at = float("-inf")

    async def livez(self, request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(self, request: Request) -> JSONResponse:
        """200 while requests should be sent here; 503 with a reason otherwise."""
        look = await self.look()
        lag = None if look.lag is None else round(look.lag.total_seconds(), 1)
        if look.reason is None:
            return JSONResponse({"status": "ok", "outboxLagSeconds": lag})
        body = {"status": "unavailable", "reason": look.reason, "outboxLagSeconds": lag}
        return JSONResponse(body, status_code=503)

    async def look(self) -> Look:
        """At most one look every SECONDS_GOOD, however many ask."""
        if self._leaving.begun.is_set():
            return Look("stopping")
        now = asyncio.get_running_loop().time()
        if self._seen is None or (self._seen.done() and now - self._seen_at >= SECONDS_GOOD):
            self._seen, self._seen_at = asyncio.create_task(self._look()), now
        seen = await asyncio.shield(self._seen)
        refusing = now - self._refused_at < REFUSING_SECONDS
        return Look("database takes no changes", seen.lag) if refusing and seen.reason is None else seen

    def heed(self, error: BaseException | None) -> None:
        """Told of each statement's failure: a full disk shows in nothing but that."""
        cause = error.__cause__ if isinstance(error, DatabaseUnavailable) else None
        if isinstance(cause, asyncpg.DiskFullError | asyncpg.ReadOnlySQLTransactionError) or "is full" in str(error):
            self._refused_at = asyncio.get_running_loop().time()

    async def _look(self) -> Look:
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                return await self._ask()
        except MigrationError:
            return Look("migrations")
        except Exception:
            return Look("database")

    async def _ask(self) -> Look:
        database = connections.get("default")
        self._chain = self._chain or await read_chain(PACKAGE)
        if self._chain.after(await applied(database)):
            return Look("migrations")
        if isinstance(self._clock, DatabaseClock) and not self._clock.answered.is_set():
            return Look("clock")
        lag = await outbox_lag(self._clock())
        [row] = await database.execute_query_dict(READ_ONLY[database.capabilities.dialect])
        return Look("database takes no changes" if row["yes"] else None, lag)


async def outbox_lag(now: datetime) -> timedelta:
    """By how much the mail that has been due the longest is late."""
    oldest = await Mail.filter(state=MailState.QUEUED.value).order_by("due_at").first().values_list("due_at", flat=True)
    late = now - oldest if isinstance(oldest, datetime) else timedelta()
    return max(late, timedelta())
