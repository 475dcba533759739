"""Where a request comes from; what proxies say of it is believed only where the settings trust them."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.requests import Request

from services.actor import Origin


class Origins:
    """Reads `X-Forwarded-For` from the right, for only what trusted proxies have appended can be believed."""

    def __init__(self, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self._trusted = trusted

    def of(self, request: Request) -> Origin:
        return Origin(
            ip_address=self._client(request),
            user_agent=request.headers.get("user-agent"),
            request_id=request.state.request_id,
        )

    def _client(self, request: Request) -> str | None:
        hops = [hop.strip() for value in request.headers.getlist("x-forwarded-for") for hop in value.split(",")]
        address = request.client.host if request.client else None
        while hops and self._trusts(address):
            address = hops.pop()
        return address if _is_address(address) else None

    def _trusts(self, address: str | None) -> bool:
        return _is_address(address) and any(ip_address(address or "") in network for network in self._trusted)


def _is_address(text: str | None) -> bool:
    try:
        ip_address(text or "")
    except ValueError:
        return False
    return True
