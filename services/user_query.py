"""What can be asked about a platform's users: search, filters, and four orders."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models.alerts import AlertType
from models.status import UserStatus
from models.text import clean_text


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
    """Instants from `after` to `before`, both left out; None: no bound."""

    before: datetime | None = None
    after: datetime | None = None


ANY_TIME = Span()


@dataclass(frozen=True)
class UserQuery:
    """Which users: every given condition holds, and any value of a list. None: no condition; an empty list: nobody.

    `search` and `text` are cleaned here, so that every way to ask, and every cursor, has the same form.
    """

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

    def __post_init__(self) -> None:
        for field in ("search", "text"):
            typed = getattr(self, field)
            if typed is not None:
                object.__setattr__(self, field, clean_text(typed))

    def without(self, dimension: str) -> "UserQuery":
        """The same question without one of its conditions; for facets."""
        return replace(self, **{dimension: None})  # type: ignore[arg-type]
