"""What `/metrics` shows, in Prometheus' text format.

Under `rollcall serve` all workers write into files of one folder (prometheus-client's multiprocess mode), so whichever
worker is asked answers for all of them: counters and times are sums, also of workers that are gone; connections are
summed over the living; what is read from the database is the newest reading of any. Without that folder, as under
another web server, a process answers for itself.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.requests import Request
from starlette.responses import Response

from server.histograms import BatchHistogram
from server.request_log import NAME
from services.mail.outcomes import Refused, TryLater
from services.mail.transport import Transport

MOST_OPERATIONS = 100
"""Names of operations that get figures of their own, in each worker; clients may name theirs as they like."""

KINDS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})

MOST_UNTOLD = 250
"""Requests, and statements, that are kept until they are told in one go: one by one each takes many times as long."""

Key = TypeVar("Key")

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
STATEMENT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 8)


class Metrics:
    """All figures of one process."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        self.requests = Counter("rollcall_requests", "GraphQL requests.", ["operation", "status"], registry=own)
        self.seconds = BatchHistogram(
            "rollcall_request_seconds", "Until answered.", ["operation"], buckets=REQUEST_SECONDS, registry=own
        )
        self.documents = Counter("rollcall_documents", "Operations, by how they ran.", ["execution"], registry=own)
        self.statements = BatchHistogram(
            "rollcall_statement_seconds", "SQL statements.", ["kind"], buckets=STATEMENT_SECONDS, registry=own
        )
        self.guesses = Counter(
            "rollcall_guesses", "Passwords, codes and links tried.", ["mutation", "outcome"], registry=own
        )
        self.mails = Counter("rollcall_mail_tries", "Tries to hand a mail over.", ["outcome"], registry=own)
        newest = "mostrecent"
        self.outbox = self._gauge("rollcall_outbox_mails", "Mails not sent.", newest, "state")
        self.lag = self._gauge("rollcall_outbox_lag_seconds", "How late the oldest due mail is.", newest)
        self.locked = self._gauge("rollcall_locked_users", "Users locked out.", newest)
        self.pool = self._gauge("rollcall_pool_connections", "Connections to PostgreSQL.", "livesum", "state")
        self.ready = self._gauge("rollcall_ready", "1 where the worker that sees worst can work.", "livemin")
        self._names: set[str] = set()
        self._counted: dict[str, int] = {}
        self._requests_untold: list[tuple[str | None, int, float]] = []
        self._statements_untold: list[tuple[str, float]] = []

    def _gauge(self, name: str, says: str, mode: Any, *labels: str) -> Gauge:
        return Gauge(name, says, labels, registry=self.registry, multiprocess_mode=mode)

    async def page(self, request: Request) -> Response:
        try:
            registry = shared_registry()
        except ValueError:
            registry = self.registry
        self.settle()
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def answered(self, operation: str | None, status: int, seconds: float) -> None:
        self._requests_untold.append((operation, status, seconds))
        if len(self._requests_untold) >= MOST_UNTOLD:
            self.settle()

    def counted_name(self, operation: str | None, *, known: bool) -> str:
        """The name under which an operation is counted; `known`: it was answered, so its name may take a place."""
        if not operation:
            return "unnamed"
        if known and len(self._names) < MOST_OPERATIONS and NAME.fullmatch(operation):
            self._names.add(operation)
        return operation if operation in self._names else "other"

    def took_statement(self, sql: str, seconds: float) -> None:
        self._statements_untold.append((sql, seconds))
        if len(self._statements_untold) >= MOST_UNTOLD:
            self.settle()

    def guessed(self, mutation: str, outcome: str) -> None:
        self.guesses.labels(mutation, outcome).inc()

    def tried_mail(self, outcome: str) -> None:
        self.mails.labels(outcome).inc()

    def settle(self) -> None:
        """Tells what was put off. Other workers show it from then on."""
        requests, self._requests_untold = self._requests_untold, []
        statements, self._statements_untold = self._statements_untold, []
        named = (((self.counted_name(name, known=status == 200), status), took) for name, status, took in requests)
        for (name, status), times in _together(named):
            self.requests.labels(name, str(status)).inc(len(times))
            self.seconds.labels(name).observe_all(times)
        for kind, times in _together((_kind(sql), took) for sql, took in statements):
            self.statements.labels(kind).observe_all(times)

    def ran(self, totals: dict[str, int]) -> None:
        """Takes over what the engine has counted since it began."""
        for execution, total in totals.items():
            self.documents.labels(execution).inc(total - self._counted.get(execution, 0))
            self._counted[execution] = total


def _kind(sql: str) -> str:
    kind = sql[:6].upper()
    return kind if kind in KINDS else "OTHER"


def _together(told: Iterable[tuple[Key, float]]) -> Iterable[tuple[Key, list[float]]]:
    """All times of each key."""
    found: dict[Key, list[float]] = {}
    for key, seconds in told:
        found.setdefault(key, []).append(seconds)
    return found.items()


class LivingWorkers(MultiProcessCollector):
    """Raises ValueError where no folder is shared."""

    def collect(self) -> Iterable[Metric]:
        for pid in {int(file.stem.rpartition("_")[2]) for file in Path(self._path).glob("gauge_live*_*.db")}:
            if not _alive(pid):
                mark_process_dead(pid)  # type: ignore[no-untyped-call]
        found: Iterable[Metric] = super().collect()  # type: ignore[no-untyped-call]
        return found


def shared_registry() -> CollectorRegistry:
    """The figures of all workers. Raises ValueError where no folder is shared."""
    registry = CollectorRegistry()
    LivingWorkers(registry)  # type: ignore[no-untyped-call]
    return registry


def _alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


class CountedTransport:
    """Counts how each try to hand a mail over ended."""

    def __init__(self, transport: Transport, count: Callable[[str], None]) -> None:
        self._transport, self._count = transport, count

    async def send(self, message: EmailMessage, recipient: str) -> None:
        try:
            await self._transport.send(message, recipient)
        except Refused:
            self._count("refused")
            raise
        except TryLater:
            self._count("later")
            raise
        self._count("sent")
