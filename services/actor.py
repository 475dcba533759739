"""Who asks, and from where."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Network, ip_address
from uuid import UUID

from models.platform import Platform
from models.role import Permission
from models.session import Session
from models.user import User

HOME_PREFIX = 64
"""Bits of an IPv6 address that one customer gets; the rest is the customer's own choice (RFC 6177)."""


@dataclass(frozen=True)
class Origin:
    """Where a request comes from; the command line has only a request id."""

    ip_address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None

    @property
    def customer(self) -> str | None:
        """The address, or of IPv6 the network whose addresses one customer changes at will."""
        return None if self.ip_address is None else _customer(self.ip_address)


@lru_cache(maxsize=1024)
def _customer(address: str) -> str:
    parsed = ip_address(address)
    return address if parsed.version == 4 else str(IPv6Network((parsed, HOME_PREFIX), strict=False))


@dataclass(frozen=True)
class Actor:
    """A signed-in user; `user` has its role and platform loaded."""

    user: User
    session: Session
    origin: Origin

    @property
    def id(self) -> UUID:
        return self.user.id

    @property
    def platform(self) -> Platform:
        return self.user.platform

    @property
    def permissions(self) -> frozenset[Permission]:
        return self.user.role.granted
