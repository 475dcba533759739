"""Reading the trail: who may, filters, pages, and the history of one account."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.role import Role
from models.user import User
from schema.ids import global_id
from services.actor import Actor
from services.audit import record
from tests.schema.audit.documents import EVENTS, HISTORY, events, refused, sent, types
from tests.world import World, role_id, user_id

pytestmark = pytest.mark.anyio


async def happened(actor: Actor, target: User | None, *types: str, world: World) -> None:
    """Events of these types, a minute apart, the last one now."""
    for number, type in enumerate(reversed(types)):
        await record(actor, type, target, now=world.clock.now - timedelta(minutes=number))


async def holder(world: World, platform: Any, *permissions: str) -> User:
    name = uuid4().hex
    facts = {"name": name, "name_key": name, "permissions": permissions, "created_at": world.clock.now}
    await Role.create(id=uuid4(), platform_id=platform.id, **facts)
    return await world.user(platform, "Hol", "Der", role=name)


async def test_the_newest_comes_first_and_pages_lead_through_all(world: World) -> None:
    admin = await world.admin()
    actor = await world.actor(admin)
    await happened(actor, admin, *[f"test.{number}" for number in range(7)], world=world)
    ask = await world.client(admin)
    seen, after = [], None
    for expected in (True, True, False):
        page = (await ask(EVENTS, first=3, after=after)).data["auditEvents"]
        assert page["pageInfo"]["hasNextPage"] is expected
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert [edge["node"]["id"] for edge in page["edges"]] == [node["id"] for node in page["nodes"]]
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        after = page["pageInfo"]["endCursor"]
        seen += [node["type"] for node in page["nodes"]]
    assert seen == [f"test.{number}" for number in reversed(range(7))]


async def test_a_page_stays_where_it_is_when_something_happens_meanwhile(world: World) -> None:
    admin = await world.admin()
    actor, ask = await world.actor(admin), await world.client(admin)
    await happened(actor, None, "test.1", "test.2", "test.3", world=world)
    after = (await ask(EVENTS, first=2)).data["auditEvents"]["pageInfo"]["endCursor"]
    await record(actor, "test.later", None, now=world.clock.advance(minutes=1))
    assert await types(ask, after=after) == ["test.1"]


async def test_events_of_one_instant_are_neither_lost_nor_repeated(world: World) -> None:
    admin = await world.admin()
    actor, ask = await world.actor(admin), await world.client(admin)
    for number in range(6):
        await record(actor, f"test.{number}", None, now=world.clock.now)
    seen, after = [], None
    for _ in range(3):
        page = (await ask(EVENTS, first=2, after=after)).data["auditEvents"]
        seen, after = seen + [node["type"] for node in page["nodes"]], page["pageInfo"]["endCursor"]
    assert sorted(seen) == [f"test.{number}" for number in range(6)]


async def test_filters_hold_together_and_an_id_of_nobody_finds_nothing(world: World) -> None:
    platform = await world.platform()
    grace, ada = await world.admin(platform), await world.user(platform)
    as_grace, as_ada = await world.actor(grace), await world.actor(ada)
    await happened(as_grace, ada, "test.1", "test.2", world=world)
    await happened(as_ada, ada, "test.3", world=world)
    await happened(as_ada, grace, "test.2", world=world)
    ask = await world.client(grace)

    async def found(**filter: Any) -> list[str]:
        return sorted(await types(ask, filter=filter))

    assert await found() == ["test.1", "test.2", "test.2", "test.3"]
    assert await found(type=["test.1", "test.3"]) == ["test.1", "test.3"]
    assert await found(type=[]) == []
    assert await found(type=["\x00", "\ud800", "x" * 1000]) == []
    assert await found(actorId=user_id(grace)) == ["test.1", "test.2"]
    assert await found(targetId=user_id(ada)) == ["test.1", "test.2", "test.3"]
    assert await found(targetId=user_id(ada), actorId=user_id(ada)) == ["test.3"]
    assert await found(actorId=user_id(ada), type=["test.1"]) == []
    assert await found(actorId=global_id("User", uuid4())) == []
    assert await found(actorId=role_id(await world.role(platform)), targetId=None) == []
    assert await found(targetId=role_id(await world.role(platform))) == []
    assert await found(at={"after": "2026-11-22T11:59:00Z"}) == ["test.2", "test.2", "test.3"]
    assert await found(at={"before": "2026-11-22T12:00:00Z"}) == ["test.1"]
    assert await found(at={"before": "2026-11-22T12:00:00Z", "after": "2026-11-22T11:59:00Z"}) == []
    assert await found(type=None, actorId=None, targetId=None, at=None) == ["test.1", "test.2", "test.2", "test.3"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 0},
        {"first": 101},
        {"first": -1},
        {"after": "x"},
        {"after": "AAAAAAAAW10"},
        {"filter": {"actorId": "nonsense"}},
        {"filter": {"targetId": ""}},
    ],
)
async def test_what_makes_no_sense_is_refused(world: World, arguments: dict[str, Any]) -> None:
    small = """query ($filter: AuditEventFilter, $first: Int, $after: String) {
      auditEvents(filter: $filter, first: $first, after: $after) { pageInfo { endCursor } }
    }"""
    answer = await (await world.client(await world.admin()))(small, **arguments)
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.body["data"] == {"auditEvents": None}


async def test_a_cursor_belongs_to_its_filter(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    await happened(await world.actor(admin), admin, "test.1", "test.2", world=world)
    cursor = (await ask(EVENTS, first=1)).data["auditEvents"]["pageInfo"]["endCursor"]
    assert (await ask(EVENTS, after=cursor, filter={"type": ["test.1"]})).codes == ["BAD_USER_INPUT"]
    assert (await ask(HISTORY, id=user_id(admin), after=cursor)).codes == ["BAD_USER_INPUT"]
    assert await types(ask, after=cursor) == ["test.1"]


async def test_without_the_permission_the_trail_is_null_and_an_error(world: World) -> None:
    platform = await world.platform()
    admin, viewer = await world.admin(platform), await world.user(platform)
    await happened(await world.actor(admin), viewer, "test.1", world=world)
    ask = await world.client(viewer)
    for filter in (None, {"actorId": user_id(viewer)}):
        answer = await ask(EVENTS, filter=filter)
        assert (answer.body["data"], answer.codes) == ({"auditEvents": None}, ["FORBIDDEN"])
    answer = await ask(HISTORY, id=user_id(admin))
    assert (answer.body["data"], answer.codes) == ({"user": {"history": None}}, ["FORBIDDEN"])
    (event,) = await events(await world.client(admin))
    answer = await ask("query ($id: ID!) { node(id: $id) { id } }", id=event["id"])
    assert (answer.body["data"], answer.codes) == ({"node": None}, ["FORBIDDEN"])


async def test_everybody_reads_the_own_history_but_not_where_others_were(world: World) -> None:
    platform = await world.platform()
    admin, member = await world.admin(platform), await holder(world, platform)
    ask = await world.client(admin)
    assert await refused(ask, f'editUser(input: {{id: "{user_id(member)}", firstName: "New"}})') == []
    world.clock.advance(minutes=1)
    member_asks = await world.client(member)
    assert await refused(member_asks, f'editUser(input: {{id: "{user_id(member)}", firstName: "Newer"}})') == []
    page = (await member_asks(HISTORY, id=user_id(member), first=1)).data["user"]["history"]
    assert page["nodes"] == [{"type": "user.edited", "actorName": "New Der", "ipAddress": "127.0.0.1"}]
    assert page["pageInfo"]["hasNextPage"] is True
    page = (await member_asks(HISTORY, id=user_id(member), after=page["pageInfo"]["endCursor"])).data["user"]["history"]
    assert page["nodes"] == [{"type": "user.edited", "actorName": "Grace Hopper", "ipAddress": None}]
    assert (await ask(HISTORY, id=user_id(member))).data["user"]["history"]["nodes"][1]["ipAddress"] == "127.0.0.1"


async def test_history_is_what_was_done_to_somebody_or_by_somebody(world: World) -> None:
    platform = await world.platform()
    grace, ada, bob = await world.admin(platform), await world.user(platform), await world.user(platform)
    as_grace, as_ada = await world.actor(grace), await world.actor(ada)
    await happened(as_grace, ada, "test.to ada", world=world)
    await happened(as_ada, bob, "test.by ada", world=world)
    await happened(as_grace, bob, "test.of others", world=world)
    found = (await (await world.client(grace))(HISTORY, id=user_id(ada))).data["user"]["history"]["nodes"]
    assert sorted(event["type"] for event in found) == ["test.by ada", "test.to ada"]


async def test_who_may_not_see_users_sees_none_in_the_trail_either(world: World) -> None:
    platform = await world.platform()
    admin, auditor = await world.admin(platform), await holder(world, platform, "AUDIT_READ")
    await happened(await world.actor(admin), auditor, "test.1", world=world)
    answer = await (await world.client(auditor))(EVENTS)
    (event,) = answer.body["data"]["auditEvents"]["nodes"]
    assert answer.codes == ["FORBIDDEN"]
    assert (event["actor"], event["actorName"], event["target"]) == (None, "Grace Hopper", {"id": user_id(auditor)})


async def test_who_may_not_see_users_does_not_see_their_inviter_either(world: World) -> None:
    platform = await world.platform()
    admin, adder = await world.admin(platform), await holder(world, platform, "USERS_ADD")
    await Role.create(id=uuid4(), platform_id=platform.id, name="Empty", name_key="empty", created_at=world.clock.now)
    invited = await world.user(platform, role="Empty", invited=True)
    await sent(await world.client(admin), f'resendInvitation(input: {{id: "{user_id(invited)}"}})')
    document = """
    mutation ($id: ID!) { resendInvitation(input: {id: $id}) { user { invitation { invitedBy { email } } } } }
    """
    answer = await (await world.client(adder))(document, id=user_id(invited))
    assert answer.data["resendInvitation"]["user"]["invitation"]["invitedBy"] == {"email": adder.email}
    document = """
    mutation ($id: ID!) { revokeUserSessions(input: {id: $id}) { user { invitation { invitedBy { email } } } } }
    """
    guard = await holder(world, platform, "USERS_SECURITY")
    answer = await (await world.client(guard))(document, id=user_id(invited))
    assert answer.codes == ["FORBIDDEN"]
    assert answer.body["data"]["revokeUserSessions"]["user"]["invitation"] == {"invitedBy": None}


async def test_people_of_a_page_come_whole_and_together(world: World) -> None:
    platform = await world.platform()
    admin = await world.admin(platform)
    actor, invited = await world.actor(admin), await world.user(platform, "Ada", invited=True)
    await happened(actor, invited, "test.1", world=world)
    await happened(actor, None, "test.2", world=world)
    person = "{ fullName role { name } platform { name } invitation { timesSent } }"
    answer = await (await world.client(admin))(f"{{ auditEvents {{ nodes {{ actor {person} target {person} }} }} }}")
    grace = {"fullName": "Grace Hopper", "role": {"name": "Platform"}, "platform": {"name": "Acme"}, "invitation": None}
    ada = {"fullName": "Ada Lovelace", "role": {"name": "Viewer"}, "platform": {"name": "Acme"}}
    targets = [event["target"] for event in answer.data["auditEvents"]["nodes"]]
    assert [event["actor"] for event in answer.data["auditEvents"]["nodes"]] == [grace, grace]
    assert sorted(targets, key=bool) == [None, ada | {"invitation": {"timesSent": 1}}]
