"""Finding users: search, filters and the four orders of the users page."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models.alerts import AlertType, alert_condition
from models.keys import END_OF_PREFIX, email_key, sort_key, storable, words
from models.role import Permission
from models.status import MFA_CONDITION, SSO_CONDITION, STATUS_CONDITIONS, UserStatus
from models.user import SearchWord, User
from services.actor import Actor
from services.paging import KeysetOrder, Page, PageArguments, page_of
from services.policy import require
from services.visibility import WHOLE, visible_to

LONGEST_SEARCH = 400
"""Letters; no name is as long, so what is longer finds nobody."""
NOBODY = Q(pk__in=[])


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
    last_login: Span = Span()
    never_signed_in: bool | None = None
    created: Span = Span()

    def without(self, dimension: str) -> "UserQuery":
        """The same question without one of its conditions; for facets."""
        return replace(self, **{dimension: None})  # type: ignore[arg-type]


async def list_users(
    actor: Actor, query: UserQuery, field: UserOrderField, arguments: PageArguments, *, descending: bool, now: datetime
) -> Page[User]:
    """One page of the actor's platform, whole rows, in one statement. Raises Forbidden and BadPage."""
    require(actor, Permission.USERS_READ)
    rows = await matching(actor, query, now)
    order = KeysetOrder(ORDER_COLUMNS[field], descending)
    return await page_of(rows.select_related(*WHOLE), order, arguments, fingerprint=repr(query))


async def find_user(actor: Actor, user_id: UUID) -> User | None:
    """The whole row of one user of the actor's platform; without USERS_READ only the actor's own. Raises Forbidden."""
    if user_id != actor.id:
        require(actor, Permission.USERS_READ)
    return await visible_to(actor).filter(id=user_id).select_related(*WHOLE).first()


async def find_users(actor: Actor, user_ids: list[UUID]) -> list[User | None]:
    """The whole rows of several users of the actor's platform, in the order asked; one statement."""
    found = {user.id: user for user in await visible_to(actor).filter(id__in=user_ids).select_related(*WHOLE)}
    return [found.get(user_id) for user_id in user_ids]


async def matching(actor: Actor, query: UserQuery, now: datetime) -> QuerySet[User]:
    """All users that match, on every page."""
    rows = visible_to(actor).filter(*_plain_conditions(query))
    if query.alerts is not None:
        rows = rows.filter(_any_of([alert_condition(alert, actor.platform, now) for alert in query.alerts]))
    if query.text is not None and query.text.strip():
        rows = rows.filter(await _text_condition(actor, query))
    return rows


def _plain_conditions(query: UserQuery) -> list[Q]:
    conditions = [
        *_search_condition(query.search),
        *_span("last_login_at", query.last_login),
        *_span("created_at", query.created),
    ]
    if query.status is not None:
        conditions.append(_any_of([STATUS_CONDITIONS[status] for status in dict.fromkeys(query.status)]))
    if query.mfa_enabled is not None:
        conditions.append(MFA_CONDITION if query.mfa_enabled else ~MFA_CONDITION)
    if query.sso_enabled is not None:
        conditions.append(SSO_CONDITION if query.sso_enabled else ~SSO_CONDITION)
    if query.role_ids is not None:
        conditions.append(Q(role_id__in=list(query.role_ids)) if query.role_ids else NOBODY)
    if query.never_signed_in is not None:
        conditions.append(Q(last_login_at__isnull=query.never_signed_in))
    return conditions


def _any_of(conditions: list[Q]) -> Q:
    return Q(*conditions, join_type=Q.OR) if conditions else NOBODY


def _span(column: str, span: Span) -> list[Q]:
    bounds: dict[str, Any] = {f"{column}__lt": span.before, f"{column}__gt": span.after}
    return [Q(**{bound: value}) for bound, value in bounds.items() if value is not None]


def _search_condition(search: str | None) -> list[Q]:
    if search is None or not search.strip():
        return []
    if len(search) > LONGEST_SEARCH or not storable(search) or not (key := sort_key(search)):
        return [NOBODY]
    return [_prefix("last_name_key", key)]


def _prefix(column: str, key: str) -> Q:
    return Q(**{f"{column}__gte": key, f"{column}__lt": key + END_OF_PREFIX})


async def _text_condition(actor: Actor, query: UserQuery) -> Q:
    """A whole id or address finds that user; otherwise every word begins some word of the names or the address."""
    text = query.text or ""
    if query.text_id is not None:
        return Q(id=query.text_id)
    if len(text) > LONGEST_SEARCH or not storable(text) or not (found := words(text)):
        return NOBODY
    if "@" in text and await visible_to(actor).filter(email_key=email_key(text.strip())).exists():
        return Q(email_key=email_key(text.strip()))
    platform = SearchWord.filter(platform_id=actor.user.platform_id)
    return Q(*[Q(id__in=Subquery(platform.filter(_prefix("word", word)).values("user_id"))) for word in found])
