"""`viewerActions.applicable`: whether the state of the user gives an action something to do."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.session import Session
from models.user import User
from services.policy import UserAction
from tests.conftest import T0
from tests.schema.users.documents import call
from tests.statements import statements
from tests.world import Client, World, user_id

pytestmark = pytest.mark.anyio

ACTIONS = "viewerActions { action allowed applicable }"
ONE = f"query ($id: ID!) {{ user(id: $id) {{ {ACTIONS} }} }}"
LIST = f'{{ users(filter: {{ text: "looked at" }}) {{ nodes {{ {ACTIONS} }} }} }}'
ALWAYS = {"EDIT", "CHANGE_EMAIL", "CHANGE_ROLE", "DELETE"}
ACTIVE = ALWAYS | {"DISABLE", "SEND_PASSWORD_RESET"}
INVITED = ALWAYS | {"DISABLE", "RESEND_INVITATION"}
DISABLED = ALWAYS | {"ENABLE"}
POLICY = {"lockout_minutes": 15, "session_idle_minutes": 30, "session_hours": 8}
SECOND = timedelta(seconds=1)
LOCK, IDLE, ABSOLUTE = timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=8)


def session(created: timedelta, seen: timedelta) -> dict[str, Any]:
    return {"created_at": T0 - created, "last_seen_at": T0 - seen}


async def start(user: User, *sessions: dict[str, Any]) -> None:
    for facts in sessions:
        await Session.create(id=uuid4(), user_id=user.id, token_hash=uuid4().hex, **facts)


async def looked_at(world: World, **facts: Any) -> tuple[Client, User]:
    """An administrator's client and the user whose actions it reads."""
    platform = await world.platform(**POLICY | facts.pop("policy", {}))
    target = await world.user(platform, "Looked", "At", **facts)
    return await world.client(await world.admin(platform)), target


async def actions(ask: Client, user: User) -> list[dict[str, Any]]:
    """The same from a list and from the user alone."""
    found: list[dict[str, Any]] = (await ask(ONE, id=user_id(user))).data["user"]["viewerActions"]
    assert [action["action"] for action in found] == list(UserAction)
    assert (await ask(LIST)).data["users"]["nodes"] == [{"viewerActions": found}]
    return found


async def applicable(ask: Client, user: User) -> set[str]:
    return {action["action"] for action in await actions(ask, user) if action["applicable"]}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ACTIVE),
        ({"invited": True}, INVITED),
        ({"disabled_at": T0}, DISABLED),
        ({"disabled_at": T0, "invited": True}, DISABLED),
        ({"locked_at": T0}, ACTIVE | {"UNLOCK"}),
        ({"locked_at": T0 - LOCK + SECOND}, ACTIVE | {"UNLOCK"}),
        ({"locked_at": T0 - LOCK}, ACTIVE),
        ({"locked_at": T0 - LOCK, "policy": {"lockout_minutes": 0}}, ACTIVE | {"UNLOCK"}),
        ({"failed_sign_ins": 3}, ACTIVE),
        ({"locked_at": T0, "invited": True}, INVITED | {"UNLOCK"}),
        ({"locked_at": T0, "disabled_at": T0}, DISABLED | {"UNLOCK"}),
        ({"totp_confirmed_at": T0, "totp_secret": "sealed"}, ACTIVE | {"RESET_MFA"}),
        ({"totp_pending_secret": "sealed"}, ACTIVE),
        ({"totp_confirmed_at": T0, "totp_secret": "sealed", "disabled_at": T0}, DISABLED | {"RESET_MFA"}),
    ],
)
async def test_every_state_has_its_applicable_actions(world: World, facts: dict[str, Any], expected: set[str]) -> None:
    ask, target = await looked_at(world, **facts)
    assert await applicable(ask, target) == expected


@pytest.mark.parametrize(
    ("sessions", "policy", "live"),
    [
        ([session(timedelta(), timedelta())], {}, True),
        ([session(IDLE, IDLE - SECOND)], {}, True),
        ([session(IDLE, IDLE)], {}, False),
        ([session(ABSOLUTE - SECOND, SECOND)], {}, True),
        ([session(ABSOLUTE, SECOND)], {}, False),
        ([session(IDLE, IDLE)], {"session_idle_minutes": 0}, True),
        ([session(ABSOLUTE, SECOND)], {"session_hours": 0}, True),
        ([session(IDLE, IDLE), session(ABSOLUTE, SECOND)], {}, False),
        ([session(IDLE, IDLE), session(SECOND, SECOND), session(SECOND, SECOND)], {}, True),
    ],
)
async def test_sessions_can_be_revoked_while_one_is_live(
    world: World, sessions: list[dict[str, Any]], policy: dict[str, int], live: bool
) -> None:
    ask, target = await looked_at(world, policy=policy)
    await start(target, *sessions)
    assert await applicable(ask, target) == ACTIVE | ({"REVOKE_SESSIONS"} if live else set())


async def test_other_users_sessions_do_not_count(world: World) -> None:
    ask, target = await looked_at(world)
    await world.session(await world.user(await target.platform))
    await world.session(await world.user(await world.platform("Other")))
    assert await applicable(ask, target) == ACTIVE


async def test_what_is_applicable_depends_on_the_user_and_what_is_allowed_on_the_viewer(world: World) -> None:
    facts = {"locked_at": T0, "totp_confirmed_at": T0, "disabled_at": T0}
    admin, target = await looked_at(world, **facts)
    viewer = await world.client(await world.user(await target.platform))
    found = await actions(viewer, target)
    assert {action["action"] for action in found if action["applicable"]} == await applicable(admin, target)
    assert not any(action["allowed"] for action in found)


async def test_who_may_not_read_sessions_learns_nothing_of_them(world: World) -> None:
    _, target = await looked_at(world)
    platform = await target.platform
    await world.session(target)
    support = await world.client(await world.user(platform, role="Support"))
    viewer = await world.client(await world.user(platform))
    assert "REVOKE_SESSIONS" in await applicable(support, target)
    assert "REVOKE_SESSIONS" not in await applicable(viewer, target)
    assert "REVOKE_SESSIONS" in await applicable(await world.client(target), target)


@pytest.mark.parametrize(
    ("action", "mutation", "facts"),
    [
        ("DISABLE", "disableUser", {}),
        ("ENABLE", "enableUser", {"disabled_at": T0, "disabled_reason": "Left"}),
        ("UNLOCK", "unlockUser", {"locked_at": T0, "failed_sign_ins": 5}),
        ("RESET_MFA", "resetUserMfa", {"totp_confirmed_at": T0, "totp_secret": "sealed"}),
        ("REVOKE_SESSIONS", "revokeUserSessions", {}),
    ],
)
async def test_an_action_that_was_taken_is_no_longer_applicable(
    world: World, action: str, mutation: str, facts: dict[str, Any]
) -> None:
    ask, target = await looked_at(world, **facts)
    await start(target, session(SECOND, SECOND), session(IDLE, IDLE))
    assert {"action": action, "allowed": True, "applicable": True} in await actions(ask, target)
    type = "DisableUserInput" if action == "DISABLE" else "UserInput"
    document = (
        f"mutation ($input: {type}!) {{ {mutation}(input: $input) {{ user {{ {ACTIONS} }} errors {{ code }} }} }}"
    )
    payload = await call(ask, document, id=user_id(target))
    assert payload["errors"] == []
    assert {"action": action, "allowed": True, "applicable": False} in payload["user"]["viewerActions"]
    assert action not in await applicable(ask, target)


async def test_one_mutation_after_the_other_sees_what_the_first_has_changed(world: World) -> None:
    ask, target = await looked_at(world)
    await world.session(target)
    user = f"user {{ {ACTIONS} }}"
    document = f"""
    mutation ($id: ID!) {{
      before: unlockUser(input: {{ id: $id }}) {{ {user} }}
      after: revokeUserSessions(input: {{ id: $id }}) {{ {user} }}
    }}
    """
    data = (await ask(document, id=user_id(target))).data
    revoke = {name: data[name]["user"]["viewerActions"][-2] for name in ("before", "after")}
    assert [revoke[name]["action"] for name in revoke] == ["REVOKE_SESSIONS"] * 2
    assert [revoke[name]["applicable"] for name in revoke] == [True, False]


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ("applicable", 1),
        ("a: applicable", 1),
        ("...F", 1),
        ("... on ViewerAction { ... { applicable } }", 1),
        ("applicable @include(if: true)", 1),
        ("applicable @include(if: $yes) @skip(if: $no)", 1),
        ("action allowed", 0),
        ("action applicable @skip(if: true)", 0),
        ("action ...F @include(if: $no)", 0),
        ("applicable: allowed", 0),
    ],
)
async def test_sessions_are_looked_up_once_and_only_where_applicable_is_selected(
    world: World, fields: str, asked: int
) -> None:
    ask, target = await looked_at(world)
    for _ in range(3):
        await world.session(await world.user(await target.platform))
    fragment = "fragment F on ViewerAction { applicable }" if "...F" in fields else ""
    declared = [f"${name}: Boolean!" for name in ("yes", "no") if f"${name}" in fields]
    declaration = f"query ({', '.join(declared)})" if declared else "query"
    document = f"{declaration} {{ users {{ nodes {{ viewerActions {{ {fields} }} }} }} }} {fragment}"
    variables = {name: value for name, value in (("yes", True), ("no", False)) if f"${name}" in fields}
    for _ in range(3):  # interpreted, then compiled
        with statements() as sent:
            assert (await ask(document, **variables)).data["users"]["nodes"]
        assert sum('FROM "sessions"' in statement.sql and "DISTINCT" in statement.sql for statement in sent) == asked
