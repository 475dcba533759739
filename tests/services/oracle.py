"""Who matches a question about users, said once more in plain Python; and questions to ask."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from models.alerts import AlertType
from models.attention import alerts_of
from models.keys import sort_key, words
from models.platform import Platform
from models.status import UserStatus, status_of
from models.user import User
from services.user_query import Span, UserQuery
from tests.models.facts import AROUND, Case, cases


def matches(user: User, query: UserQuery, policy: Platform, now: datetime) -> bool:
    """Whether the whole row `user` meets every condition of the question."""
    alerts = {alert.type for alert in alerts_of(user, policy, now)}
    return all(
        [
            query.search is None or sort_key(user.last_name).startswith(sort_key(query.search)),
            query.status is None or status_of(user) in query.status,
            query.mfa_enabled is None or query.mfa_enabled is (user.totp_confirmed_at is not None),
            query.sso_enabled is None or query.sso_enabled is (user.sso_linked_at is not None),
            query.role_ids is None or user.role_id in query.role_ids,
            query.alerts is None or bool(alerts & set(query.alerts)),
            query.text is None or _has_words(user, query.text),
            query.never_signed_in is None or query.never_signed_in is (user.last_login_at is None),
            _lies_in(user.last_login_at, query.last_login),
            _lies_in(user.created_at, query.created),
        ]
    )


def _has_words(user: User, text: str) -> bool:
    has = user.search_words()
    return all(any(own.startswith(word) for own in has) for word in words(text))


def _lies_in(instant: datetime | None, span: Span) -> bool:
    if instant is None:
        return span == Span()
    return (span.before is None or instant < span.before) and (span.after is None or instant > span.after)


def _questions(now: datetime, role_ids: list[UUID]) -> st.SearchStrategy[UserQuery]:
    """Questions of one or two conditions: with more of them nobody would be found."""
    conditions = {
        "search": st.sampled_from(["a", "AD", "mü", "d'", "कि", "zz", " "]),
        "status": st.lists(st.sampled_from(UserStatus), max_size=2).map(tuple),
        "mfa_enabled": st.booleans(),
        "sso_enabled": st.booleans(),
        "role_ids": st.lists(st.sampled_from(role_ids), max_size=2).map(tuple),
        "alerts": st.lists(st.sampled_from(AlertType), max_size=3).map(tuple),
        "text": st.sampled_from(["a", "ada mu", "EXAMPLE", "कि", "arc d", "zz"]),
        "last_login": _spans(now),
        "never_signed_in": st.booleans(),
        "created": _spans(now),
    }
    drawn = [value.map(lambda value, name=name: (name, value)) for name, value in conditions.items()]
    return st.tuples(st.one_of(drawn), st.one_of(drawn)).map(lambda given: UserQuery(**dict(given)))


def _spans(now: datetime) -> st.SearchStrategy[Span]:
    instants = st.none() | st.sampled_from([now + distance for distance in (*AROUND, timedelta(days=-90))])
    return st.builds(Span, before=instants, after=instants)


@st.composite
def asked(draw: st.DrawFn, role_ids: list[UUID], questions: int = 3) -> tuple[Case, list[UserQuery]]:
    """Some users, and questions about them at the same moment."""
    case = draw(cases(least=5))
    return case, [draw(_questions(case.now, role_ids)) for _ in range(questions)]


def without(query: UserQuery, dimension: str) -> UserQuery:
    return replace(query, **{dimension: None})
