"""Who may do what to whom. `viewerActions` and the guard of every mutation ask here; nothing else decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models.lockout import is_locked
from models.platform import Platform
from models.role import Permission, Role
from models.status import STATUS_CONDITIONS, UserStatus, has_mfa, status_of
from models.user import User
from services.actor import Actor
from services.refusals import (
    Forbidden,
    LastAdministrator,
    NotActive,
    NotInvited,
    OwnAccount,
    Refusal,
    RoleNotAssignable,
    TargetOutranksViewer,
)
from services.visibility import users_of


class UserAction(StrEnum):
    EDIT = "EDIT"
    CHANGE_EMAIL = "CHANGE_EMAIL"
    CHANGE_ROLE = "CHANGE_ROLE"
    DISABLE = "DISABLE"
    ENABLE = "ENABLE"
    UNLOCK = "UNLOCK"
    RESEND_INVITATION = "RESEND_INVITATION"
    SEND_PASSWORD_RESET = "SEND_PASSWORD_RESET"
    RESET_MFA = "RESET_MFA"
    REVOKE_SESSIONS = "REVOKE_SESSIONS"
    DELETE = "DELETE"


@dataclass(frozen=True)
class UserState:
    """A user under the policy of the platform at one moment. `has_sessions`: whether a session is live then."""

    user: User
    policy: Platform
    now: datetime
    has_sessions: bool


@dataclass(frozen=True)
class Precondition:
    """The state in which an action has something to do; `words` names such users in the documentation."""

    words: str
    holds: Callable[[UserState], bool]


ENABLED = Precondition("users who are not disabled", lambda state: state.user.disabled_at is None)
DISABLED_ONLY = Precondition("disabled users", lambda state: state.user.disabled_at is not None)
LOCKED = Precondition("locked users", lambda state: is_locked(state.user, state.policy, state.now))
WITH_MFA = Precondition("users with a second factor", lambda state: has_mfa(state.user))
WITH_SESSIONS = Precondition("users with live sessions", lambda state: state.has_sessions)


@dataclass(frozen=True)
class Rule:
    """What one action needs. `on_oneself`: None as on others, True always, False never.

    `only_for` refuses users of other statuses. `has_work_for`: other users leave it nothing to do; None: it always has.
    """

    permission: Permission
    on_oneself: bool | None = None
    keeps_administrator: bool = False
    only_for: UserStatus | None = None
    has_work_for: Precondition | None = None


RULES: dict[UserAction, Rule] = {
    UserAction.EDIT: Rule(Permission.USERS_EDIT, on_oneself=True),
    UserAction.CHANGE_EMAIL: Rule(Permission.USERS_EDIT),
    UserAction.CHANGE_ROLE: Rule(Permission.USERS_CHANGE_ROLE, on_oneself=False, keeps_administrator=True),
    UserAction.DISABLE: Rule(
        Permission.USERS_DISABLE, on_oneself=False, keeps_administrator=True, has_work_for=ENABLED
    ),
    UserAction.ENABLE: Rule(Permission.USERS_DISABLE, has_work_for=DISABLED_ONLY),
    UserAction.UNLOCK: Rule(Permission.USERS_SECURITY, has_work_for=LOCKED),
    UserAction.RESEND_INVITATION: Rule(Permission.USERS_ADD, only_for=UserStatus.INVITED),
    UserAction.SEND_PASSWORD_RESET: Rule(Permission.USERS_SECURITY, only_for=UserStatus.ACTIVE),
    UserAction.RESET_MFA: Rule(Permission.USERS_SECURITY, on_oneself=False, has_work_for=WITH_MFA),
    UserAction.REVOKE_SESSIONS: Rule(Permission.USERS_SECURITY, has_work_for=WITH_SESSIONS),
    UserAction.DELETE: Rule(Permission.USERS_DELETE, on_oneself=False, keeps_administrator=True),
}
DISABLED = "The account is disabled; enable it first."
WRONG_STATUS: dict[UserStatus, type[Refusal]] = {UserStatus.INVITED: NotInvited, UserStatus.ACTIVE: NotActive}


async def sole_administrator(platform_id: UUID) -> UUID | None:
    """The only active user who can manage users and roles; None where there are several or none."""
    ids = await _administrators(platform_id)
    return ids[0] if len(ids) == 1 else None


async def administrators_remain(platform_id: UUID) -> bool:
    """Whether the platform still has one, whatever the caller's transaction has changed."""
    return bool(await _administrators(platform_id))


async def _administrators(platform_id: UUID) -> list[UUID]:
    """Two of them are enough to know. A locked one counts: a lock ends, or the server's own commands end it."""
    roles = await Role.filter(platform_id=platform_id)
    administrators = users_of(platform_id).filter(
        STATUS_CONDITIONS[UserStatus.ACTIVE], role_id__in=[role.id for role in roles if role.administers]
    )
    return [user.id for user in await administrators.limit(2).only("id")]


def refusal_for(actor: Actor, action: UserAction, target: User, sole_administrator: UUID | None) -> Refusal | None:
    """Why the actor may not do this to the target now; None: allowed. The target has its role loaded."""
    rule = RULES[action]
    oneself = target.id == actor.id
    if oneself and rule.on_oneself is True:
        return None
    if rule.permission not in actor.permissions:
        return Forbidden()
    if oneself and rule.on_oneself is False:
        return OwnAccount()
    if not target.role.granted <= actor.permissions:
        return TargetOutranksViewer()
    if rule.keeps_administrator and target.id == sole_administrator:
        return LastAdministrator()
    status = status_of(target)
    if rule.only_for is None or status is rule.only_for:
        return None
    return WRONG_STATUS[rule.only_for](DISABLED if status is UserStatus.INACTIVE else None)


def is_applicable(action: UserAction, state: UserState) -> bool:
    """Whether the state of the user gives the action something to do, whoever may take it."""
    rule = RULES[action]
    if rule.only_for is not None and status_of(state.user) is not rule.only_for:
        return False
    return rule.has_work_for is None or rule.has_work_for.holds(state)


def may_see_sessions(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may know of the sessions of this user."""
    return user_id == actor.id or Permission.USERS_SECURITY in actor.permissions


def require(actor: Actor, permission: Permission) -> None:
    """Raises Forbidden where the actor's role lacks the permission."""
    if permission not in actor.permissions:
        raise Forbidden


def require_seeing(actor: Actor, user_id: UUID) -> None:
    """Raises Forbidden where the user is another and the actor may not see users."""
    if user_id != actor.id:
        require(actor, Permission.USERS_READ)


def assignable(actor: Actor, role: Role) -> bool:
    """Whether the actor may give this role to somebody: nobody grants more than they hold."""
    return role.granted <= actor.permissions


def require_assignable(actor: Actor, role: Role) -> None:
    if not assignable(actor, role):
        raise RoleNotAssignable(field="role_id")
