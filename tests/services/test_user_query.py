"""Equal questions are equal values, whichever way they are spelled."""

from datetime import timedelta, timezone
from uuid import UUID

from models.alerts import AlertType
from models.status import UserStatus
from services.events import EventQuery
from services.user_query import Span, UserQuery
from tests.conftest import T0

ELSEWHERE = timezone(timedelta(hours=5, minutes=30))
ONE, TWO = UUID(int=1), UUID(int=2)


def test_a_question_about_users_has_one_form() -> None:
    assert UserQuery(search=" ", text="\u200b") == UserQuery()
    assert UserQuery(search="  Mu\u0308ller ", text="a\u00a0 b") == UserQuery(search="M\u00fcller", text="a b")
    statuses, alerts = (UserStatus.INVITED, UserStatus.ACTIVE), (AlertType.MFA_MISSING, AlertType.DORMANT)
    spelled = UserQuery(status=statuses * 2, alerts=alerts * 2, role_ids=(TWO, ONE, TWO))
    assert spelled == UserQuery(status=statuses[::-1], alerts=alerts[::-1], role_ids=(ONE, TWO))
    assert UserQuery(status=(), alerts=(), role_ids=()) != UserQuery()


def test_an_instant_of_any_offset_is_the_instant() -> None:
    local = T0.astimezone(ELSEWHERE)
    for query in (UserQuery(created=Span(before=local)), UserQuery(last_login=Span(after=local))):
        assert "datetime.timezone.utc" in repr(query)
        assert "timedelta" not in repr(query)
    assert repr(Span(local, local)) == repr(Span(T0, T0))


def test_a_question_about_events_has_one_form() -> None:
    assert EventQuery(types=("b", "a", "b", "\x00", "x" * 61)) == EventQuery(types=("a", "b"))
    assert EventQuery(types=("\x00",)) == EventQuery(types=()) != EventQuery()
