"""What `viewerActions` says of any actor, target and state is what the mutations then do, on either database."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

from models.platform import Platform
from models.role import ADMINISTERS, Permission, Role
from models.user import User
from services.policy import UserAction, administrators_remain
from tests.world import Client, World, role_id, user_id

pytestmark = pytest.mark.anyio
ON_ONE_DATABASE = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])

MUTATIONS: dict[UserAction, tuple[str, str, dict[str, str]]] = {
    UserAction.EDIT: ("editUser", "EditUserInput", {"firstName": "New"}),
    UserAction.CHANGE_EMAIL: ("changeUserEmail", "ChangeUserEmailInput", {"email": "new@example.org"}),
    UserAction.CHANGE_ROLE: ("changeUserRole", "ChangeUserRoleInput", {"roleId": "of a role without permissions"}),
    UserAction.DISABLE: ("disableUser", "DisableUserInput", {"reason": "Left."}),
    UserAction.ENABLE: ("enableUser", "UserInput", {}),
    UserAction.UNLOCK: ("unlockUser", "UserInput", {}),
    UserAction.RESEND_INVITATION: ("resendInvitation", "UserInput", {}),
    UserAction.SEND_PASSWORD_RESET: ("sendPasswordReset", "UserInput", {}),
    UserAction.RESET_MFA: ("resetUserMfa", "UserInput", {}),
    UserAction.REVOKE_SESSIONS: ("revokeUserSessions", "UserInput", {}),
    UserAction.DELETE: ("deleteUser", "UserInput", {}),
}
ACTIONS = "query ($id: ID!) { user(id: $id) { viewerActions { action allowed code message } } }"

permissions = st.one_of(
    st.just(frozenset(Permission)), st.just(ADMINISTERS), st.frozensets(st.sampled_from(list(Permission)), max_size=10)
)
STATES = ("active", "invited", "disabled", "disabled before the set-up", "locked", "with mfa")
people = st.tuples(permissions, st.sampled_from(STATES))


class RolledBack(Exception):
    """Ends a trial."""


async def person(world: World, platform: Platform, granted: frozenset[Permission], state: str) -> User:
    name, now = uuid4().hex, world.clock.now
    await Role.create(
        id=uuid4(), platform_id=platform.id, name=name, name_key=name, permissions=sorted(granted), created_at=now
    )
    facts: dict[str, Any] = {
        "disabled": {"disabled_at": now},
        "disabled before the set-up": {"disabled_at": now, "invited": True},
        "invited": {"invited": True},
        "locked": {"locked_at": now, "failed_sign_ins": 5},
        "with mfa": {"totp_confirmed_at": now, "totp_secret": "sealed"},
    }.get(state, {})
    return await world.user(platform, role=name, **facts)


async def said(ask: Client, target: User) -> dict[str, list[tuple[str, str]]]:
    """For each action the refusal that is announced; none where it is allowed."""
    entries = (await ask(ACTIONS, id=user_id(target))).data["user"]["viewerActions"]
    assert all(entry["allowed"] == (entry["code"] is None) == (entry["message"] is None) for entry in entries)
    return {entry["action"]: [] if entry["allowed"] else [(entry["code"], entry["message"])] for entry in entries}


async def done(ask: Client, action: UserAction, target: User, empty: Role) -> list[tuple[str, str]]:
    """The refusal that the mutation really meets; everything it does is undone."""
    name, type, input = MUTATIONS[action]
    input = {"id": user_id(target), **input, **({"roleId": role_id(empty)} if "roleId" in input else {})}
    document = f"mutation ($input: {type}!) {{ {name}(input: $input) {{ errors {{ code message }} }} }}"
    refused: list[tuple[str, str]] = []
    had = await administrators_remain(target.platform_id)
    try:
        async with in_transaction():
            errors = (await ask(document, input=input)).data[name]["errors"]
            refused = [(error["code"], error["message"]) for error in errors]
            assert await administrators_remain(target.platform_id) >= had
            raise RolledBack
    except RolledBack:
        return refused


@given(held=permissions, target=st.one_of(st.none(), people), others=st.lists(people, max_size=2))
@ON_ONE_DATABASE
async def test_what_is_announced_is_what_happens(
    world: World, held: frozenset[Permission], target: Any, others: list[Any]
) -> None:
    platform = await world.platform()
    actor = await person(world, platform, held | {Permission.USERS_READ}, "active")
    subject = await person(world, platform, *target) if target else actor
    for other in others:
        await person(world, platform, *other)
    empty = await Role.create(
        id=uuid4(), platform_id=platform.id, name="Empty", name_key="empty", created_at=world.clock.now
    )
    ask = await world.client(actor)
    announced = await said(ask, subject)
    assert {action: await done(ask, action, subject, empty) for action in UserAction} == announced
