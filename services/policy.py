"""Who may do what to whom. `viewerActions` and the guard of every mutation ask here; nothing else decides."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from models.role import Permission, Role
from models.status import STATUS_CONDITIONS, UserStatus, status_of
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
class Rule:
    """What one action needs. `on_oneself`: None as on others, True always, False never."""

    permission: Permission
    on_oneself: bool | None = None
    keeps_administrator: bool = False
    only_for: UserStatus | None = None


RULES: dict[UserAction, Rule] = {
    UserAction.EDIT: Rule(Permission.USERS_EDIT, on_oneself=True),
    UserAction.CHANGE_EMAIL: Rule(Permission.USERS_EDIT),
    UserAction.CHANGE_ROLE: Rule(Permission.USERS_CHANGE_ROLE, on_oneself=False, keeps_administrator=True),
    UserAction.DISABLE: Rule(Permission.USERS_DISABLE, on_oneself=False, keeps_administrator=True),
    UserAction.ENABLE: Rule(Permission.USERS_DISABLE),
    UserAction.UNLOCK: Rule(Permission.USERS_SECURITY),
    UserAction.RESEND_INVITATION: Rule(Permission.USERS_ADD, only_for=UserStatus.INVITED),
    UserAction.SEND_PASSWORD_RESET: Rule(Permission.USERS_SECURITY, only_for=UserStatus.ACTIVE),
    UserAction.RESET_MFA: Rule(Permission.USERS_SECURITY, on_oneself=False),
    UserAction.REVOKE_SESSIONS: Rule(Permission.USERS_SECURITY),
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
