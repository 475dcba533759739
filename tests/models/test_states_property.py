"""Each computed state is written twice, as a property of a row and as a query condition: they say the same."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.expressions import Q

from models.alerts import ALERT_RULES, AlertType, alert_condition
from models.attention import alerts_of
from models.lockout import is_locked, locked_condition
from models.password import password_expired, password_expired_condition
from models.platform import Platform
from models.role import Role
from models.session import NO_LIMIT, Session, live_condition
from models.status import MFA_CONDITION, SSO_CONDITION, STATUS_CONDITIONS, UserStatus, has_mfa, has_sso, status_of
from models.user import User
from tests.conftest import T0
from tests.models.facts import AROUND, Case, cases, write
from tests.world import World

pytestmark = pytest.mark.anyio
ON_ONE_DATABASE = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

Property = Callable[[User, Platform, datetime], bool]


def states(policy: Platform, now: datetime) -> dict[str, tuple[Property, Q]]:
    """Every state with both of its forms."""
    return {
        **{status.value: (_has_status(status), STATUS_CONDITIONS[status]) for status in UserStatus},
        "mfa": (lambda user, policy, now: has_mfa(user), MFA_CONDITION),
        "no mfa": (lambda user, policy, now: not has_mfa(user), ~MFA_CONDITION),
        "sso": (lambda user, policy, now: has_sso(user), SSO_CONDITION),
        "no sso": (lambda user, policy, now: not has_sso(user), ~SSO_CONDITION),
        "locked": (is_locked, locked_condition(policy, now)),
        "password expired": (password_expired, password_expired_condition(policy, now)),
        **{alert.value: (_has_alert(alert), alert_condition(alert, policy, now)) for alert in AlertType},
    }


def _has_status(status: UserStatus) -> Property:
    return lambda user, policy, now: status_of(user) is status


def _has_alert(alert: AlertType) -> Property:
    return lambda user, policy, now: alert in [found.type for found in alerts_of(user, policy, now)]


@pytest.fixture
async def role(world: World) -> Role:
    return await world.role(await world.platform())


@given(case=cases(least=3))
@ON_ONE_DATABASE
async def test_every_state_finds_the_rows_that_have_it_and_no_other(role: Role, case: Case) -> None:
    policy, now = case.platform(), case.now
    users = await write(case.users, role.platform_id, [role.id])
    differing = {}
    for name, (holds, condition) in states(policy, now).items():
        found = set(await User.filter(condition).values_list("id", flat=True))
        expected = {user.id for user in users if holds(user, policy, now)}
        if found != expected:
            differing[name] = {"only the condition": found - expected, "only the property": expected - found}
    assert differing == {}


def test_every_alert_has_one_rule_and_severity_never_rises_down_the_list() -> None:
    assert sorted(rule.type for rule in ALERT_RULES) == sorted(AlertType)
    severities = ["CRITICAL", "WARNING", "INFO"]
    ranks = [severities.index(rule.severity) for rule in ALERT_RULES]
    assert ranks == sorted(ranks)


@given(
    distances=st.lists(st.tuples(*[st.sampled_from(AROUND)] * 2), min_size=1, max_size=6),
    idle=st.sampled_from([0, 5, 43_200]),
    hours=st.sampled_from([0, 1, 8760]),
)
@ON_ONE_DATABASE
async def test_a_session_is_live_by_its_row_and_by_the_condition_at_the_same_moments(
    world: World, distances: list[tuple[timedelta, timedelta]], idle: int, hours: int
) -> None:
    user = await world.user(await world.platform())
    policy = Platform(session_idle_minutes=idle, session_hours=hours)
    seen, created = T0 - (timedelta(minutes=idle) or NO_LIMIT), T0 - (timedelta(hours=hours) or NO_LIMIT)
    sessions = [
        Session(
            id=uuid4(), user_id=user.id, token_hash=uuid4().hex, last_seen_at=seen + one, created_at=created + other
        )
        for one, other in distances
    ]
    await Session.bulk_create(sessions)
    found = set(await Session.filter(live_condition(policy, T0), user_id=user.id).values_list("id", flat=True))
    assert found == {session.id for session in sessions if session.is_live(policy, T0)}
