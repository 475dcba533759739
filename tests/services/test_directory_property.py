"""Any filter finds exactly the users that plain Python says, on both engines, and its facets count them."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings

from models.alerts import AlertType
from models.attention import alerts_of
from models.role import Role
from models.status import UserStatus, has_mfa, status_of
from models.user import User
from services.actor import Actor
from services.directory import list_users, matching
from services.facets import count_by_alert, count_by_mfa, count_by_role, count_by_status
from services.paging import PageArguments
from services.user_query import Span, UserOrderField, UserQuery
from tests.conftest import T0
from tests.models.facts import Case, write
from tests.services.oracle import asked, matches, without
from tests.world import World

pytestmark = pytest.mark.anyio
ON_ONE_DATABASE = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


ROLES = [UUID(int=number) for number in (1, 2, 3)]


@pytest.fixture
async def actor(world: World) -> Actor:
    """Of a platform with three roles; there is another platform with a user."""
    await world.user(await world.platform("Other"), "Ada", "Adams")
    admin = await world.admin()
    for id in ROLES:
        await Role.create(
            id=id, platform_id=admin.platform_id, name=id.hex, name_key=id.hex, created_at=world.clock.now
        )
    return await world.actor(admin)


async def _set_up(actor: Actor, case: Case) -> list[User]:
    for name, value in case.policy.items():
        setattr(actor.platform, name, value)
    return await write(case.users, actor.user.platform_id, ROLES)


@given(asked=asked(ROLES))
@ON_ONE_DATABASE
async def test_a_question_finds_exactly_those_who_match(actor: Actor, asked: tuple[Case, list[UserQuery]]) -> None:
    case, queries = asked
    users = await _set_up(actor, case)
    for query in queries:
        expected = {user.id for user in users if matches(user, query, actor.platform, case.now)}
        assert await (await matching(actor, query, case.now)).count() == len(expected)
        for columns in (None, ("email",)):
            options = {"descending": False, "now": case.now, "columns": columns}
            page = await list_users(actor, query, UserOrderField.EMAIL, PageArguments(first=100), **options)
            assert {row.id for row in page.rows} == expected


@given(asked=asked(ROLES, questions=1))
@ON_ONE_DATABASE
async def test_facets_count_what_each_value_would_leave(actor: Actor, asked: tuple[Case, list[UserQuery]]) -> None:
    case, (query,) = asked
    users, policy, now = await _set_up(actor, case), actor.platform, case.now

    def left(dimension: str) -> list[User]:
        return [user for user in users if matches(user, without(query, dimension), policy, now)]

    statuses = Counter(status_of(user) for user in left("status"))
    assert await count_by_status(actor, query, now) == {status: statuses[status] for status in UserStatus}
    mfa = Counter(has_mfa(user) for user in left("mfa_enabled"))
    assert await count_by_mfa(actor, query, now) == {True: mfa[True], False: mfa[False]}
    assert await count_by_role(actor, query, now) == Counter(user.role_id for user in left("role_ids"))
    alerts = Counter(alert.type for user in left("alerts") for alert in alerts_of(user, policy, now))
    assert await count_by_alert(actor, query, now) == {alert: alerts[alert] for alert in AlertType}


@pytest.mark.parametrize("span", ["created", "last_login"])
async def test_both_ends_of_a_span_are_left_out(actor: Actor, span: str) -> None:
    await User.filter(id=actor.id).update(created_at=T0, last_login_at=T0)
    tick = timedelta(microseconds=1)
    around = [Span(after=T0 - tick, before=T0 + tick), Span(after=T0), Span(before=T0), Span(after=T0, before=T0)]
    found = [await (await matching(actor, UserQuery(**{span: asked}), T0)).count() for asked in around]
    assert found == [1, 0, 0, 0]
