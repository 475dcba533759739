"""Every change is one event, with what was before and what is after, who did it and from where."""

from typing import Any

import pytest

from models.role import Permission, Role
from models.user import User
from schema.ids import global_id
from services.housekeeping import tidy_up
from tests.schema.audit.documents import events, refused, sent
from tests.world import Client, World, role_id, user_id

pytestmark = pytest.mark.anyio

NOON = "2026-11-22T12:00:00Z"
INVITATION = [("invitationSentAt", NOON, NOON)]


async def target_of(world: World, admin: User, event: str) -> User:
    facts: dict[str, Any] = {
        "user.enabled": {"disabled_at": world.clock.now, "disabled_reason": "Left."},
        "user.unlocked": {"locked_at": world.clock.now, "failed_sign_ins": 5},
        "user.invitation_resent": {"invited": True},
        "user.mfa_reset": {"totp_confirmed_at": world.clock.now, "totp_secret": "sealed"},
    }.get(event, {})
    return await world.user(await admin.platform, email="ada@example.org", **facts)


def changes(event: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    return [(change["field"], change["before"], change["after"]) for change in event["changes"]]


@pytest.mark.parametrize(
    ("event", "mutation", "expected"),
    [
        (
            "user.edited",
            'editUser(input: {id: "ID", lastName: "Byron", phoneNumber: "+14155550132", timezone: "Europe/London"})',
            [
                ("lastName", "Lovelace", "Byron"),
                ("phoneNumber", None, "+14155550132"),
                ("timezone", "UTC", "Europe/London"),
            ],
        ),
        (
            "user.email_changed",
            'changeUserEmail(input: {id: "ID", email: "ada@Example.com"})',
            [("email", "ada@example.org", "ada@example.com")],
        ),
        ("user.role_changed", 'changeUserRole(input: {id: "ID", roleId: "ROLE"})', [("role", "Viewer", "Support")]),
        (
            "user.disabled",
            'disableUser(input: {id: "ID", reason: "Left."})',
            [("disabledAt", None, NOON), ("disabledReason", None, "Left.")],
        ),
        (
            "user.enabled",
            'enableUser(input: {id: "ID"})',
            [("disabledAt", NOON, None), ("disabledReason", "Left.", None)],
        ),
        ("user.unlocked", 'unlockUser(input: {id: "ID"})', [("lockedAt", NOON, None), ("failedAttempts", "5", "0")]),
        ("user.invitation_resent", 'resendInvitation(input: {id: "ID"})', INVITATION),
        ("user.password_reset_sent", 'sendPasswordReset(input: {id: "ID"})', [("passwordReset", None, "sent")]),
        ("user.mfa_reset", 'resetUserMfa(input: {id: "ID"})', [("mfaEnrolledAt", NOON, None)]),
        ("user.sessions_revoked", 'revokeUserSessions(input: {id: "ID"})', [("sessions", "1", "0")]),
    ],
)  # fmt: skip
async def test_a_change_of_a_user_is_one_event_with_before_and_after(
    world: World, event: str, mutation: str, expected: list[tuple[str, str | None, str | None]]
) -> None:
    admin = await world.admin()
    target = await target_of(world, admin, event)
    if event == "user.sessions_revoked":
        await world.session(target)
    ask, support = await world.client(admin), await world.role(await admin.platform, "Support")
    text = mutation.replace("ID", user_id(target), 1).replace("ROLE", role_id(support))
    assert await refused(ask, text) == []
    (found,) = await events(ask)
    assert (found["type"], found["at"], changes(found)) == (event, NOON, expected)
    assert (found["actor"], found["actorName"]) == ({"id": user_id(admin)}, "Grace Hopper")
    assert (found["target"], found["targetId"]) == ({"id": user_id(target)}, user_id(target))
    version = (await User.get(id=target.id)).version
    await sent(ask, text)
    again = [found["type"] for found in await events(ask)]
    assert again.count(event) == (await User.get(id=target.id)).version - 1
    assert version == 2


async def test_adding_and_deleting_a_user_are_events(world: World) -> None:
    admin = await world.admin()
    ask, viewer = await world.client(admin), await world.role(await admin.platform, "Viewer")
    fields = 'firstName: "Ada", lastName: "Lovelace", email: "ada@example.org"'
    await sent(ask, f'addUser(input: {{{fields}, roleId: "{role_id(viewer)}"}})')
    added = await User.get(email_key="ada@example.org")
    (event,) = await events(ask)
    expected = [("firstName", "Ada"), ("lastName", "Lovelace"), ("email", "ada@example.org"), ("role", "Viewer")]
    assert event["type"] == "user.added"
    assert changes(event) == [(field, None, value) for field, value in expected]
    world.clock.advance(minutes=1)
    await sent(ask, f'deleteUser(input: {{id: "{user_id(added)}"}})')
    deleted, event = await events(ask)
    assert (deleted["type"], deleted["targetId"], deleted["changes"]) == ("user.deleted", None, [])
    assert (event["type"], event["targetId"], changes(event)) == ("user.added", None, [("role", None, "Viewer")])


async def test_changes_of_roles_and_of_the_policy_are_events(world: World) -> None:
    ask = await world.client(await world.admin())
    await sent(ask, 'addRole(input: {name: "Desk", description: "Helps.", permissions: [USERS_EDIT, USERS_READ]})')
    role = global_id("Role", (await Role.get(name="Desk")).id)
    world.clock.advance(minutes=1)
    await sent(ask, f'editRole(input: {{id: "{role}", permissions: [USERS_READ]}})')
    world.clock.advance(minutes=1)
    await sent(ask, f'editRole(input: {{id: "{role}", name: "Guests", permissions: [USERS_READ]}})')
    world.clock.advance(minutes=1)
    await sent(ask, f'editRole(input: {{id: "{role}", name: "Guests"}})')
    await sent(ask, f'deleteRole(input: {{id: "{role}"}})')
    world.clock.advance(minutes=1)
    await sent(ask, "editSecurityPolicy(input: {lockoutThreshold: 7, mfaRequired: true, sessionHours: 24})")
    found = [(event["type"], event["actorName"], event["targetId"], changes(event)) for event in await events(ask)]
    assert found == [
        ("policy.edited", "Grace Hopper", None, [("lockoutThreshold", "5", "7"), ("mfaRequired", "false", "true")]),
        ("role.deleted", "Grace Hopper", None,
         [("role", "Guests", None), ("description", "Helps.", None), ("permissions", "USERS_READ", None)]),
        ("role.edited", "Grace Hopper", None, [("role", "Desk", "Guests")]),
        ("role.edited", "Grace Hopper", None,
         [("role", "Desk", "Desk"), ("permissions", "USERS_READ USERS_EDIT", "USERS_READ")]),
        ("role.added", "Grace Hopper", None,
         [("role", None, "Desk"), ("description", None, "Helps."), ("permissions", None, "USERS_READ USERS_EDIT")]),
    ]  # fmt: skip


async def test_an_event_says_where_it_came_from_and_under_which_request(world: World) -> None:
    ask = await world.client(await world.admin())
    body = {"query": "mutation { editSecurityPolicy(input: {dormantAfterDays: 30}) { errors { code } } }"}
    await ask.post(body, **{"X-Request-Id": "from-the-client"})
    (event,) = await events(ask)
    assert (event["ipAddress"], event["requestId"]) == ("127.0.0.1", "from-the-client")
    await ask.post(body | {"query": body["query"].replace("30", "31")}, **{"X-Request-Id": "forged line" + "x" * 100})
    assert {len(event["requestId"] or "") for event in await events(ask)} == {15, 32}


async def test_the_actor_keeps_the_name_that_it_had(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    await sent(ask, f'editUser(input: {{id: "{user_id(admin)}", lastName: "Murray"}})')
    world.clock.advance(minutes=1)
    await sent(ask, f'editUser(input: {{id: "{user_id(admin)}", firstName: "Brewster"}})')
    assert [event["actorName"] for event in await events(ask)] == ["Grace Murray", "Grace Hopper"]


async def clerk(world: World, admin: User) -> Client:
    """Somebody who may do nothing but read users and the trail."""
    role = await Role.create(
        id=(await admin.platform).id, platform_id=admin.platform_id, name="Clerk", name_key="clerk",
        permissions=[Permission.USERS_READ.value, Permission.AUDIT_READ.value], created_at=world.clock.now,
    )  # fmt: skip
    return await world.client(await world.user(await admin.platform, "Cle", "Rk", role=role.name))


@pytest.mark.parametrize(
    ("event", "mutation", "about"),
    [
        ("user.added", 'addUser(input: {firstName: "A", lastName: "B", email: "a@example.org", roleId: "ROLE"})', []),
        ("user.edited", 'editUser(input: {id: "ID", lastName: "Byron"})', []),
        ("user.email_changed", 'changeUserEmail(input: {id: "ID", email: "x@example.org"})', []),
        ("user.role_changed", 'changeUserRole(input: {id: "ID", roleId: "ROLE"})', []),
        ("user.disabled", 'disableUser(input: {id: "ID"})', []),
        ("user.enabled", 'enableUser(input: {id: "ID"})', []),
        ("user.unlocked", 'unlockUser(input: {id: "ID"})', []),
        ("user.invitation_resent", 'resendInvitation(input: {id: "ID"})', []),
        ("user.deleted", 'deleteUser(input: {id: "ID"})', []),
        ("user.password_reset_sent", 'sendPasswordReset(input: {id: "ID"})', []),
        ("user.mfa_reset", 'resetUserMfa(input: {id: "ID"})', []),
        ("user.sessions_revoked", 'revokeUserSessions(input: {id: "ID"})', []),
        ("session.revoked", 'revokeSession(input: {id: "SESSION"})', []),
        ("role.added", 'addRole(input: {name: "Mine", permissions: []})', []),
        ("role.edited", 'editRole(input: {id: "ROLE", name: "Mine"})', []),
        ("role.deleted", 'deleteRole(input: {id: "ROLE"})', []),
        ("policy.edited", "editSecurityPolicy(input: {sessionHours: 1})", []),
    ],
)  # fmt: skip
async def test_a_refused_attempt_is_an_event(world: World, event: str, mutation: str, about: list[Any]) -> None:
    admin = await world.admin()
    ask, actor = await clerk(world, admin), await world.actor(admin)
    text = mutation.replace("ROLE", role_id(await world.role(await admin.platform, "Viewer")))
    text = text.replace("SESSION", global_id("Session", actor.session.id)).replace("ID", user_id(admin), 1)
    assert await refused(ask, text) == ["FORBIDDEN"]
    (found,) = await events(ask)
    assert (found["type"], found["actorName"]) == (f"{event}.refused", "Cle Rk")
    assert changes(found) == [("refused", None, "FORBIDDEN")]
    on_a_user = event.startswith("session") or (event.startswith("user") and event != "user.added")
    assert found["targetId"] == (user_id(admin) if on_a_user else None)


async def test_refused_grants_are_events_that_name_the_role(world: World) -> None:
    admin = await world.admin()
    platform = await admin.platform
    manages = ["USERS_READ", "USERS_ADD", "ROLES_MANAGE", "AUDIT_READ"]
    facts = {"name": "Half", "name_key": "half", "permissions": manages, "created_at": world.clock.now}
    await Role.create(id=platform.id, platform_id=platform.id, **facts)
    ask = await world.client(await world.user(platform, role="Half"))
    every = " ".join(Permission)
    await sent(await world.client(admin), f'addRole(input: {{name: "Boss", permissions: [{every}]}})')
    boss, half = role_id(await world.role(platform, "Boss")), role_id(await world.role(platform, "Half"))
    for mutation in (
        f'addRole(input: {{name: "More", permissions: [{every}]}})',
        f'editRole(input: {{id: "{half}", permissions: [{every}]}})',
        f'editRole(input: {{id: "{boss}", permissions: []}})',
        f'deleteRole(input: {{id: "{boss}"}})',
        f'addUser(input: {{firstName: "A", lastName: "B", email: "a@example.org", roleId: "{boss}"}})',
    ):
        world.clock.advance(minutes=1)
        assert await refused(ask, mutation) == ["ROLE_NOT_ASSIGNABLE"]
    found = [(event["type"], changes(event)) for event in (await events(ask))[:5]]
    code = ("refused", None, "ROLE_NOT_ASSIGNABLE")
    assert found == [
        ("user.added.refused", [code]),
        ("role.deleted.refused", [("role", "Boss", "Boss"), code]),
        ("role.edited.refused", [("role", "Boss", "Boss"), code]),
        ("role.edited.refused", [("role", "Half", "Half"), code]),
        ("role.added.refused", [code]),
    ]


async def test_slips_of_the_keyboard_are_no_events(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    assert await refused(ask, f'editUser(input: {{id: "{user_id(admin)}", lastName: ""}})') == ["INVALID"]
    assert await refused(ask, f'editUser(input: {{id: "{user_id(admin)}", expectedVersion: 9}})') == ["STALE_VERSION"]
    assert await refused(ask, 'deleteRole(input: {id: "nothing"})') == ["NOT_FOUND"]
    assert await refused(ask, "editSecurityPolicy(input: {sessionHours: -1})") == ["INVALID"]
    assert await events(ask) == []


async def test_what_time_does_by_itself_is_the_systems(world: World) -> None:
    platform = await world.platform(lockout_minutes=15, session_idle_minutes=60)
    admin = await world.admin(platform)
    locked = await world.user(platform, locked_at=world.clock.now, failed_sign_ins=5)
    await world.session(locked)
    await world.session(locked)
    world.clock.advance(minutes=61)
    for _ in range(2):
        await tidy_up(world.clock.now)
    found = sorted((event["type"], event["actor"], event["actorName"], event["targetId"]) for event in
                   await events(await world.client(admin)))  # fmt: skip
    assert found == [("session.expired", None, "System", user_id(locked))] * 2 + [
        ("user.unlocked", None, "System", user_id(locked))
    ]
