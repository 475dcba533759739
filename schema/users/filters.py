"""The arguments of the users list."""

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

import strawberry

from models.text import clean_text
from schema.conditions import MOST_VALUES, any_of
from schema.enums import AlertType, OrderDirection, UserOrderField, UserStatus
from schema.ids import id_of, id_or_nothing
from services.user_query import ANY_TIME, Span, UserQuery

EVERYONE = UserQuery()


@strawberry.input(description="A condition on the last sign-in.")
class LastLoginFilter:
    before: datetime | None = strawberry.field(description="Signed in before this instant.", default=None)
    after: datetime | None = strawberry.field(description="Signed in after this instant.", default=None)
    never: bool | None = strawberry.field(
        description="True: only those who never signed in. False: only those who did.", default=None
    )


@strawberry.input(description="A span of time; either end may be left out.")
class DateTimeRange:
    before: datetime | None = strawberry.field(description="Earlier than this instant.", default=None)
    after: datetime | None = strawberry.field(description="Later than this instant.", default=None)


@strawberry.input(
    description="All given conditions must hold; within one list, any. An empty list is a condition that nobody meets; "
    f"null and absent are no condition. A list may have {MOST_VALUES} different values."
)
class UserFilter:
    status: list[UserStatus] | None = strawberry.field(description="Users with any of these statuses.", default=None)
    mfa_enabled: bool | None = strawberry.field(description="Users with, or without, MFA.", default=None)
    sso_enabled: bool | None = strawberry.field(
        description="Users with, or without, an identity provider.", default=None
    )
    role_id: list[strawberry.ID] | None = strawberry.field(description="Users with any of these roles.", default=None)
    alerts: list[AlertType] | None = strawberry.field(description="Users with any of these alerts.", default=None)
    text: str | None = strawberry.field(
        description="Users whose first name, last name or e-mail address has every word of this at the beginning of "
        "one of its words; a whole e-mail address or id finds that user.",
        default=None,
    )
    last_login: LastLoginFilter | None = strawberry.field(
        description="Users by when they last signed in, or that they never did.", default=None
    )
    created_at: DateTimeRange | None = strawberry.field(description="Users by when they were added.", default=None)

    @cached_property
    def query(self) -> UserQuery:
        """In the words of the services. Made once: a compiled operation keeps the filters that come again."""
        last_login, created = self.last_login, self.created_at
        return UserQuery(
            status=any_of("status", self.status),
            mfa_enabled=self.mfa_enabled,
            sso_enabled=self.sso_enabled,
            role_ids=_role_ids(self.role_id),
            alerts=any_of("alerts", self.alerts),
            text=self.text,
            text_id=_whole_id(self.text),
            last_login=Span(before=last_login.before, after=last_login.after) if last_login else ANY_TIME,
            never_signed_in=last_login.never if last_login else None,
            created=Span(before=created.before, after=created.after) if created else ANY_TIME,
        )


@strawberry.input(description="How a list of users is ordered.")
class UserOrder:
    field: UserOrderField = strawberry.field(description="Which column decides.")
    direction: OrderDirection = strawberry.field(
        description="Lowest or highest value first.", default=OrderDirection.ASC
    )


def user_query(search: str | None, filter: UserFilter | None) -> UserQuery:
    """The arguments in the words of the services. Raises BadUserInput for what is no id at all, and for too many."""
    query = filter.query if filter else EVERYONE
    return query if search is None else replace(query, search=search)


def _role_ids(ids: list[strawberry.ID] | None) -> tuple[UUID, ...] | None:
    given = any_of("roleId", ids)
    if given is None:
        return None
    return tuple(found for id in given if (found := id_of("Role", id)) is not None)


def _whole_id(text: str | None) -> UUID | None:
    return id_or_nothing("User", clean_text(text)) if text else None
