"""What can be asked about a platform's users: search, filters, and four orders."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models.alerts import AlertType
from models.status import UserStatus
from services.instants import first_not_before, whole_microsecond


class UserOrderField(StrEnum):
    LAST_NAME = "LAST_NAME"
    EMAIL = "EMAIL"
    CREATED_AT = "CREATED_AT"
    LAST_LOGIN_AT = "LAST_LOGIN_AT"


ORDER_COLUMNS: dict[UserOrderField, tuple[str, ...]] = {
    UserOrderField.LAST_NAME: ("last_name_key", "first_name_key", "id"),
    UserOrderField.EMAIL: ("email_key", "id"),
    UserOrderField.CREATED_AT: ("created_at", "id"),
    UserOrderField.LAST_LOGIN_AT: ("last_login_key", "id"),
}


@dataclass(frozen=True)
class Span:
    """Instants from `after` to `before`, both left out; None: no bound.

    Bounds between two microseconds become whole ones that leave out and let in the same instants.
    """

    before: datetime | None = None
    after: datetime | None = None

    def __post_init__(self) -> None:
        if self.before is not None:
            object.__setattr__(self, "before", first_not_before(self.before))
        if self.after is not None:
            object.__setattr__(self, "after", whole_microsecond(self.after))


ANY_TIME = Span()


@dataclass(frozen=True)
class UserQuery:
    """Which users: every given condition holds, and any value of a list. None: no condition; an empty list: nobody."""

    search: str | None = None
    status: tuple[UserStatus, ...] | None = None
    mfa_enabled: bool | None = None
    sso_enabled: bool | None = None
    role_ids: tuple[UUID, ...] | None = None
    alerts: tuple[AlertType, ...] | None = None
    text: str | None = None
    text_id: UUID | None = None
    last_login: Span = ANY_TIME
    never_signed_in: bool | None = None
    created: Span = ANY_TIME

    def without(self, dimension: str) -> "UserQuery":
        """The same question without one of its conditions; for facets."""
        return replace(self, **{dimension: None})  # type: ignore[arg-type]
