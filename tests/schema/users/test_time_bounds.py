"""`before` and `after` with more digits than microseconds lose no row and gain none, in every list that has them."""

from datetime import datetime, timedelta

import pytest

from models.audit_event import AuditEvent
from tests.world import World

pytestmark = pytest.mark.anyio

USERS = "query ($filter: UserFilter) { users(filter: $filter) { totalCount nodes { firstName } } }"
EVENTS = "query ($filter: AuditEventFilter) { auditEvents(filter: $filter) { nodes { type at } } }"
AT = "2026-11-20T08:30:00.489947"
STORED = datetime.fromisoformat(f"{AT}+00:00")
BOUNDS = [
    ({"before": f"{AT}Z"}, False),
    ({"before": f"{AT}000Z"}, False),
    ({"before": f"{AT}0001Z"}, True),
    ({"before": f"{AT}999Z"}, True),
    ({"before": "2026-11-20T08:30:00.4899471z"}, True),
    ({"before": "2026-11-20t10:30:00.489947999+02:00"}, True),
    ({"before": "2026-11-20T08:30:00.489946999Z"}, False),
    ({"after": f"{AT}Z"}, False),
    ({"after": f"{AT}000Z"}, False),
    ({"after": f"{AT}999Z"}, False),
    ({"after": "2026-11-20T08:30:00.489946999Z"}, True),
    ({"after": "2026-11-20T08:30:00.4899469Z"}, True),
    ({"after": "2026-11-20T08:30:00.489946999Z", "before": f"{AT}001Z"}, True),
    ({"after": f"{AT}001Z", "before": f"{AT}999Z"}, False),
    ({"after": f"{AT}999Z", "before": "2026-11-20T08:30:00.489946Z"}, False),
]


@pytest.mark.parametrize(("bounds", "within"), BOUNDS)
async def test_a_bound_between_two_microseconds_divides_users_exactly(
    world: World, bounds: dict[str, str], within: bool
) -> None:
    platform = await world.platform()
    admin = await world.admin(platform, created_at=STORED - timedelta(days=9), last_login_at=STORED + timedelta(days=1))
    await world.user(platform, "Mia", "Added", created_at=STORED, last_login_at=STORED)
    ask = await world.client(admin)
    around = {"after": "2026-11-19T00:00:00Z", "before": "2026-11-21T00:00:00Z"} | bounds
    expected = {"totalCount": int(within), "nodes": [{"firstName": "Mia"}] * within}
    for field in ("createdAt", "lastLogin"):
        assert (await ask(USERS, filter={field: around})).data["users"] == expected


@pytest.mark.parametrize(("bounds", "within"), BOUNDS)
async def test_a_bound_between_two_microseconds_divides_the_audit_trail_exactly(
    world: World, bounds: dict[str, str], within: bool
) -> None:
    admin = await world.admin()
    await AuditEvent.create(
        platform_id=admin.platform_id, type="user.signed_in", at=STORED, actor_id=admin.id, actor_name="Grace Hopper",
    )  # fmt: skip
    around = {"after": "2026-11-19T00:00:00Z", "before": "2026-11-21T00:00:00Z"} | bounds
    answer = await (await world.client(admin))(EVENTS, filter={"at": around})
    assert answer.data["auditEvents"]["nodes"] == [{"type": "user.signed_in", "at": f"{AT}Z"}] * within


async def test_filters_that_mean_the_same_instants_share_their_cursors(world: World) -> None:
    platform = await world.platform()
    admin = await world.admin(platform)
    await world.user(platform, "Mia", "Added")
    page = """query ($before: DateTime!, $after: String) {
      users(filter: {createdAt: {before: $before}}, first: 1, after: $after) { nodes { firstName } edges { cursor } }
    }"""
    ask = await world.client(admin)
    first = await ask(page, before="2026-11-23T00:00:00Z")
    [edge] = first.data["users"]["edges"]
    second = await ask(page, before="2026-11-23T02:00:00.000000000+02:00", after=edge["cursor"])
    assert {row["firstName"] for each in (first, second) for row in each.data["users"]["nodes"]} == {"Grace", "Mia"}
    other = await ask(page, before="2026-11-23T00:00:00.0000001Z", after=edge["cursor"])
    assert other.codes == ["BAD_USER_INPUT"]
