"""What whoever operates the server asks of it: is it alive, is it ready, how does it do."""

from dataclasses import dataclass
from typing import Self

from starlette.routing import Route

from server.health import Health
from server.metrics import Metrics
from server.shutdown import Leaving
from services.clock import Clock


@dataclass(frozen=True)
class Operating:
    leaving: Leaving
    health: Health
    metrics: Metrics

    @classmethod
    def alone(cls, clock: Clock) -> Self:
        """For an application that nobody operates."""
        leaving = Leaving()
        return cls(leaving, Health(clock, leaving), Metrics())

    def routes(self, *, metrics: bool) -> list[Route]:
        shown = [Route("/metrics", self.metrics.page)] if metrics else []
        return [Route("/livez", self.health.livez), Route("/readyz", self.health.readyz), *shown]
