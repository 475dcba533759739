"""What can be asked about a platform's users: search, filters, and four orders.

A question has one form, whichever way a client spells it, so equal questions are equal values.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from models.alerts import AlertType
from models.status import UserStatus
from models.text import clean_text
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


Value = TypeVar("Value", bound=Any)


def distinct(values: Iterable[Value] | None) -> tuple[Value, ...] | None:
    """The values of a list in which neither order nor repetition matters: each once, sorted. None for None."""
    return None if values is None else tuple(sorted(set(values)))


def typed(text: str | None) -> str | None:
    """Text that a person typed into a search box, cleaned; None for none and for a blank one."""
    if text is None:
        return None
    cleaned = clean_text(text)
    return cleaned if cleaned.strip() else None


@dataclass(frozen=True)
class Span:
    """Instants from `after` to `before`, both left out, in UTC; None: no bound.

    Bounds between two microseconds become whole ones that leave out and let in the same instants.
    """

    before: datetime | None = None
    after: datetime | None = None

    def __post_init__(self) -> None:
        if self.before is not None:
            object.__setattr__(self, "before", first_not_before(self.before).astimezone(UTC))
        if self.after is not None:
            object.__setattr__(self, "after", whole_microsecond(self.after).astimezone(UTC))


ANY_TIME = Span()


@dataclass(frozen=True)
class UserQuery:
    """Which users: every given condition holds, and any value of a list. None: no condition; an empty list: nobody.

    Blank text is no condition. `text_id`: the user whose whole id `text` is.
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
        for name in ("search", "text"):
            object.__setattr__(self, name, typed(getattr(self, name)))
        for name in ("status", "role_ids", "alerts"):
            object.__setattr__(self, name, distinct(getattr(self, name)))

    def without(self, dimension: str) -> "UserQuery":
        """The same question without one of its conditions; for facets."""
        return replace(self, **{dimension: None})  # type: ignore[arg-type]
