"""How every change of a user happens: row locked, policy asked, difference written and recorded, all or nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from models.audit_event import Change
from models.role import Role
from models.user import User
from services.actor import Actor
from services.audit import guarded, record
from services.locks import lock_actor, lock_platform
from services.policy import RULES, UserAction, refusal_for, sole_administrator
from services.refusals import NotFound, StaleVersion

AUDITED = {
    "first_name": "firstName",
    "last_name": "lastName",
    "email": "email",
    "phone_number": "phoneNumber",
    "timezone": "timezone",
    "disabled_at": "disabledAt",
    "disabled_reason": "disabledReason",
    "locked_at": "lockedAt",
    "failed_sign_ins": "failedAttempts",
    "totp_confirmed_at": "mfaEnrolledAt",
}
"""The facts about a user whose changes are recorded, by their names in the API."""


@dataclass
class Editing:
    """A user whose row is locked, and the actor as of now.

    `notes` are changes that do not show in the row's audited columns.
    """

    actor: Actor
    user: User
    notes: list[Change] = field(default_factory=list)

    def note(self, what: str, before: Any, after: Any) -> None:
        self.notes.append(Change(field=what, before=as_text(before), after=as_text(after)))


@asynccontextmanager
async def changing(
    actor: Actor,
    user_id: UUID,
    action: UserAction,
    event: str,
    *,
    now: datetime,
    expected_version: int | None = None,
) -> AsyncIterator[Editing]:
    """Locks the row and lets the block change it. Nothing changed: nothing is written, no version, no event.

    Raises NotFound, what the policy refuses, and StaleVersion; refused attempts are recorded.
    """
    async with guarded(actor, event, now=now, target_id=user_id), in_transaction():
        editing = Editing(*await locked(actor, user_id, action, expected_version))
        before = _columns(editing.user)
        yield editing
        await _write(editing, before, event, now)


async def locked(
    actor: Actor, user_id: UUID, action: UserAction, expected_version: int | None = None
) -> tuple[Actor, User]:
    """The actor as of now, and the user with the role, rows locked for this transaction, after the policy has agreed.

    Raises NotFound, what the policy refuses, and StaleVersion.
    """
    at_stake = RULES[action].keeps_administrator
    if at_stake:
        await lock_platform(actor)
    actor, users = await lock_actor(actor, user_id)
    user = users.get(user_id)
    if user is None:
        raise NotFound("There is no such user.", field="id")
    user.role = await Role.get(id=user.role_id)
    sole = await sole_administrator(actor.user.platform_id) if at_stake else None
    refusal = refusal_for(actor, action, user, sole)
    if refusal is not None:
        raise refusal
    if expected_version is not None and expected_version != user.version:
        raise StaleVersion(user.id)
    return actor, user


def as_text(value: Any) -> str | None:
    """A value of a change as the audit trail shows it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return None if value is None else str(value)


async def _write(editing: Editing, before: dict[str, Any], event: str, now: datetime) -> None:
    user, after = editing.user, _columns(editing.user)
    changed = [column for column in after if after[column] != before[column]]
    if not changed and not editing.notes:
        return
    for column, name in AUDITED.items():
        if column in changed:
            editing.note(name, before[column], after[column])
    user.version, user.updated_at = user.version + 1, now
    await user.save(update_fields=[*changed, "version", "updated_at"])
    await record(editing.actor, event, user, now=now, changes=editing.notes)


def _columns(user: User) -> dict[str, Any]:
    return {column: getattr(user, column) for column in user._meta.db_fields}
