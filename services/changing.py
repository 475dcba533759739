"""How every change of a user happens: row locked, policy asked, difference written and recorded, all or nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from models.audit_event import Change
from models.platform import Platform
from models.role import Role
from models.user import User
from services.actor import Actor
from services.audit import record
from services.policy import RULES, UserAction, refusal_for, sole_administrator
from services.refusals import (
    Forbidden,
    LastAdministrator,
    NotFound,
    OwnAccount,
    Refusal,
    RoleNotAssignable,
    StaleVersion,
    TargetOutranksViewer,
)
from services.visibility import visible_to

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

WORTH_RECORDING = (Forbidden, OwnAccount, TargetOutranksViewer, RoleNotAssignable, LastAdministrator)
"""Refusals of the policy; slips of the keyboard leave no trace."""


@dataclass
class Editing:
    """A user whose row is locked; `notes` are changes that do not show in the row's audited columns."""

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
    try:
        async with in_transaction():
            editing = Editing(await locked(actor, user_id, action, expected_version))
            before = _columns(editing.user)
            yield editing
            await _write(actor, editing, before, event, now)
    except WORTH_RECORDING as refusal:
        await _record_refusal(actor, user_id, event, refusal, now)
        raise


async def locked(actor: Actor, user_id: UUID, action: UserAction, expected_version: int | None = None) -> User:
    """The user's row, locked for this transaction, with its role, after the policy has agreed.

    Where the platform's administration is at stake its row is locked first, so that two such changes queue up.
    """
    if RULES[action].keeps_administrator:
        await Platform.filter(id=actor.user.platform_id).select_for_update().get()
    user = await visible_to(actor).filter(id=user_id).select_for_update().first()
    if user is None:
        raise NotFound("There is no such user.", field="id")
    user.role = await Role.get(id=user.role_id)
    sole = await sole_administrator(actor.user.platform_id) if RULES[action].keeps_administrator else None
    refusal = refusal_for(actor, action, user, sole)
    if refusal is not None:
        raise refusal
    if expected_version is not None and expected_version != user.version:
        raise StaleVersion(user.id)
    return user


def as_text(value: Any) -> str | None:
    """A value of a change as the audit trail shows it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return None if value is None else str(value)


async def _write(actor: Actor, editing: Editing, before: dict[str, Any], event: str, now: datetime) -> None:
    user, after = editing.user, _columns(editing.user)
    changed = [column for column in after if after[column] != before[column]]
    if not changed and not editing.notes:
        return
    for column, name in AUDITED.items():
        if column in changed:
            editing.note(name, before[column], after[column])
    user.version, user.updated_at = user.version + 1, now
    await user.save(update_fields=[*changed, "version", "updated_at"])
    await record(actor, event, user, now=now, changes=editing.notes)


def _columns(user: User) -> dict[str, Any]:
    return {column: getattr(user, column) for column in user._meta.db_fields}


async def _record_refusal(actor: Actor, user_id: UUID, event: str, refusal: Refusal, now: datetime) -> None:
    target = await visible_to(actor).filter(id=user_id).first()
    code = Change(field="refused", before=None, after=refusal.code.value)
    await record(actor, f"{event}.refused", target, now=now, changes=[code])
