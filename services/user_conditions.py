"""The questions of `services.user_query` as conditions on rows."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.alerts import alert_condition
from models.any_of import AnyOf
from models.has_words import HasWords
from models.keys import END_OF_PREFIX, key_of_typed_email, sort_key, storable, words
from models.platform import Platform
from models.status import MFA_CONDITION, NOBODY, SSO_CONDITION, STATUS_CONDITIONS
from models.user import User
from services.user_query import Span, UserQuery
from services.visibility import users_of

LONGEST_SEARCH, MOST_WORDS = 400, 12
"""Letters, and words; no name and address have as many, so what has more finds nobody."""


def rows_that_match(platform_id: UUID, policy: Platform, query: UserQuery, now: datetime) -> QuerySet[User]:
    """All but `text`, whose condition needs a look into the database first."""
    rows = users_of(platform_id).filter(*_plain_conditions(query))
    if query.alerts is None:
        return rows
    return rows.filter(_any_of([alert_condition(alert, policy, now) for alert in query.alerts]))


def searched_key(search: str) -> str | None:
    """The key that last names must begin with; None where nobody's can."""
    if len(search) > LONGEST_SEARCH or not storable(search):
        return None
    return sort_key(search) or None


class Searched(NamedTuple):
    """What a text looks for: these words, sorted, or the account with this key if there is one."""

    words: list[str]
    email_key: str | None


def searched_words(text: str) -> Searched | None:
    """What the text looks for; None where nobody can have it."""
    if len(text) > LONGEST_SEARCH or not storable(text):
        return None
    if not (found := words(text)) or len(found) > MOST_WORDS:
        return None
    return Searched(sorted(found), key_of_typed_email(text) if "@" in text else None)


def fingerprint(query: UserQuery) -> dict[str, Any]:
    """Equal for questions that find the same users, for cursors: texts are compared as they are searched."""
    search = None if query.search is None else (searched_key(query.search),)
    text = None if query.text is None or query.text_id else (searched_words(query.text),)
    return vars(query) | {"search": search, "text": text}


async def text_condition(platform_id: UUID, query: UserQuery) -> Q:
    """A whole id or address finds that user; otherwise every word begins some word of the names or the address."""
    if query.text_id is not None:
        return Q(id=query.text_id)
    if (searched := searched_words(query.text or "")) is None:
        return NOBODY
    key = searched.email_key
    if key is not None and await users_of(platform_id).filter(email_key=key).exists():
        return Q(email_key=key)
    return HasWords(platform_id, searched.words)


def _plain_conditions(query: UserQuery) -> list[Q]:
    conditions = [
        *_search_condition(query.search),
        *_span("last_login_at", query.last_login),
        *_span("created_at", query.created),
    ]
    if query.status is not None:
        conditions.append(_any_of([STATUS_CONDITIONS[status] for status in query.status]))
    if query.mfa_enabled is not None:
        conditions.append(MFA_CONDITION if query.mfa_enabled else ~MFA_CONDITION)
    if query.sso_enabled is not None:
        conditions.append(SSO_CONDITION if query.sso_enabled else ~SSO_CONDITION)
    if query.role_ids is not None:
        conditions.append(AnyOf("role_id", query.role_ids) if query.role_ids else NOBODY)
    if query.never_signed_in is not None:
        conditions.append(Q(last_login_at__isnull=query.never_signed_in))
    return conditions


def _any_of(conditions: list[Q]) -> Q:
    return Q(*conditions, join_type=Q.OR) if conditions else NOBODY


def _span(column: str, span: Span) -> list[Q]:
    bounds: dict[str, Any] = {f"{column}__lt": span.before, f"{column}__gt": span.after}
    return [Q(**{bound: value}) for bound, value in bounds.items() if value is not None]


def _search_condition(search: str | None) -> list[Q]:
    if search is None:
        return []
    key = searched_key(search)
    return [_prefix("last_name_key", key)] if key else [NOBODY]


def _prefix(column: str, key: str) -> Q:
    return Q(**{f"{column}__gte": key, f"{column}__lt": key + END_OF_PREFIX})
