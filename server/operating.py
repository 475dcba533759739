"""What whoever operates the server asks of it: is it alive, is it ready, how does it do."""

from dataclasses import dataclass
from typing import Self

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.forwarded import address_of
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
        """`metrics`: beside the API, where only the machine itself may ask for them."""
        shown = [Route("/metrics", self._metrics_of_here)] if metrics else []
        return [Route("/livez", self.health.livez), Route("/readyz", self.health.readyz), *shown]

    async def _metrics_of_here(self, request: Request) -> Response:
        """Not there for clients of the API: from what rises with each try they would learn which addresses exist."""
        if not asked_from_here(request):
            raise HTTPException(404)
        return await self.metrics.page(request)


def asked_from_here(request: Request) -> bool:
    """Whether the machine itself asks, and no proxy on it for somebody else (RFC 7239)."""
    if request.client is None or {"forwarded", "x-forwarded-for"} & set(request.headers):
        return False
    peer = address_of(request.client.host)
    return peer is not None and peer.is_loopback
