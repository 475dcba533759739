"""Who asks, and from where."""

from dataclasses import dataclass
from uuid import UUID

from models.platform import Platform
from models.role import Permission
from models.session import Session
from models.user import User


@dataclass(frozen=True)
class Origin:
    """Where a request comes from; the command line has only a request id."""

    ip_address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


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
