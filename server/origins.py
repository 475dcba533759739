"""Where a request comes from. What proxies say of it is believed only where the settings trust them."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network

import structlog
from starlette.requests import Request

from server.forwarded import Address, ClientIPHeader, address_of, hop_address, hops
from server.heads import header
from services.actor import Origin

SECONDS_BETWEEN_WARNINGS = 60
LONGEST_SHOWN = 100
"""Letters of a hop in the log."""
OTHER: dict[ClientIPHeader, ClientIPHeader] = {"X-Forwarded-For": "Forwarded", "Forwarded": "X-Forwarded-For"}

log = structlog.get_logger()


class Origins:
    """Reads one header from the right, only as far as trusted proxies have written it.

    The other header is never read: proxies that write one mostly pass on whatever a client sends as the other.
    `clock` gives seconds.
    """

    def __init__(
        self,
        trusted: Sequence[IPv4Network | IPv6Network],
        client_ip_header: ClientIPHeader = "X-Forwarded-For",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trusted = [_plain(network) for network in trusted]
        self._header, self._clock = client_ip_header, clock
        self._warned_at: float | None = None

    def of(self, request: Request) -> Origin:
        return Origin(
            ip_address=self._client(request),
            user_agent=header(request, b"user-agent"),
            request_id=request.scope["state"]["request_id"],
        )

    def _client(self, request: Request) -> str | None:
        peer = request.client.host if request.client else None
        address = address_of(peer) if self._trusted else None
        if address is None or not self._trusts(address):
            return _spelled(peer)
        for hop in self._hops(request, address):
            behind = hop_address(self._header, hop)
            if behind is None:
                self._warn(address, hop)
                break
            address = behind
            if not self._trusts(address):
                break
        return str(address)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)

    def _hops(self, request: Request, proxy: Address) -> Iterator[str]:
        """The header's elements from right to left. Warns where there is only the header that is not read."""
        lines, other = request.headers.getlist(self._header), OTHER[self._header]
        if not lines and other in request.headers:
            self._warn(proxy, f"{other}: {request.headers[other]}")
        return hops(self._header, lines)

    def _warn(self, proxy: Address, hop: str) -> None:
        """Once a minute at most: it concerns every request that this proxy passes on."""
        now = self._clock()
        if self._warned_at is None or now - self._warned_at >= SECONDS_BETWEEN_WARNINGS:
            self._warned_at = now
            log.warning("proxy.hop_unreadable", proxy=str(proxy), header=self._header, hop=hop[:LONGEST_SHOWN])


@lru_cache(maxsize=1024)
def _spelled(text: str | None) -> str | None:
    address = address_of(text)
    return None if address is None else str(address)


def _plain(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """IPv4 networks that are written as IPv4-mapped ones: addresses are compared as IPv4."""
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    return network if mapped is None or network.prefixlen < 96 else IPv4Network((mapped, network.prefixlen - 96))
