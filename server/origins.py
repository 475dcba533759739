"""Where a request comes from; what proxies say of it is believed only where the settings trust them."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

from server.heads import header
from services.actor import Origin


class Origins:
    """Reads `X-Forwarded-For` from the right, for only what trusted proxies have appended can be believed."""

    def __init__(self, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self._trusted = trusted

    def of(self, request: Request) -> Origin:
        return Origin(
            ip_address=self._client(request),
            user_agent=header(request, b"user-agent"),
            request_id=request.scope["state"]["request_id"],
        )

    def _client(self, request: Request) -> str | None:
        nearest = request.client.host if request.client else None
        if not self._trusted:
            return _spelled(nearest)
        address, hops = address_of(nearest), self._hops(request)
        while hops and address is not None and any(address in network for network in self._trusted):
            behind = address_of(hops.pop())
            if behind is None:
                break
            address = behind
        return None if address is None else str(address)

    def _hops(self, request: Request) -> list[str]:
        """The addresses that the request says it has come by."""
        return [hop for value in request.headers.getlist("x-forwarded-for") for hop in value.split(",")]


@lru_cache(maxsize=1024)
def _spelled(text: str | None) -> str | None:
    address = address_of(text)
    return None if address is None else str(address)


@lru_cache(maxsize=1024)
def address_of(text: str | None) -> IPv4Address | IPv6Address | None:
    """One spelling for each address: without a zone, and IPv4 not dressed as IPv6 (RFC 4291, 2.5.5.2)."""
    try:
        address = ip_address((text or "").strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
