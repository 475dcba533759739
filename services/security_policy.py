"""Editing the platform's rules for accounts, within bounds that each say why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.transactions import in_transaction

from models.any_of import AnyOf
from models.audit_event import Change
from models.platform import Platform
from models.role import Permission
from services.actor import Actor
from services.audit import guarded, record
from services.locks import lock_actor, lock_platform
from services.policy import require
from services.refusals import Invalid
from services.validation import Faults
from services.visibility import users_of


@dataclass(frozen=True)
class Bounds:
    """The smallest and largest value, in words too; `zero` says what 0 does, where it is allowed beside them."""

    lowest: int
    highest: int
    unit: str
    zero: str | None = None

    def check(self, value: int) -> int:
        if not (self.lowest <= value <= self.highest or (self.zero is not None and value == 0)):
            zero = f", or 0 {self.zero}" if self.zero is not None else ""
            raise Invalid(f"Must be {self.lowest} to {self.highest} {self.unit}{zero}.")
        return value


OFF = "to switch it off"
BOUNDS: dict[str, Bounds] = {
    # NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures
    "lockout_threshold": Bounds(3, 100, "failed sign-ins", OFF),
    "lockout_minutes": Bounds(1, 1440, "minutes", "to lock until an administrator unlocks"),
    "password_min_length": Bounds(8, 64, "characters"),
    "password_max_age_days": Bounds(1, 3650, "days", OFF),
    "invitation_hours": Bounds(1, 720, "hours"),
    # NIST SP 800-63B-4, 2.2.3: at most 24 hours and one hour without a request are recommended
    "session_idle_minutes": Bounds(5, 43200, "minutes", OFF),
    "session_hours": Bounds(1, 8760, "hours", OFF),
    "dormant_after_days": Bounds(1, 3650, "days", OFF),
}
LONE_PASSWORD = 15
"""Characters that a password needs where it is the only factor (NIST SP 800-63B-4, 3.1.1.2)."""


async def edit_security_policy(
    actor: Actor, values: dict[str, int], *, mfa_required: bool | None = None, now: datetime
) -> Platform:
    """Changes the given values, by the names of the platform's columns. Raises Forbidden, or Invalid for each fault."""
    async with guarded(actor, "policy.edited", now=now), in_transaction():
        require(actor, Permission.POLICY_MANAGE)
        platform = await lock_platform(actor)
        wanted = _checked(platform, values, mfa_required)
        threshold = wanted.get("lockout_threshold", 0)
        failed = await _over(threshold, platform) if threshold else []
        actor, _ = await lock_actor(actor, *failed)
        require(actor, Permission.POLICY_MANAGE)
        changes = [
            Change(field=_camel(name), before=_text(getattr(platform, name)), after=_text(value))
            for name, value in wanted.items()
            if getattr(platform, name) != value
        ]
        if changes:
            platform.update_from_dict(wanted)
            await platform.save(update_fields=list(wanted))
            if failed:
                await users_of(platform.id).filter(AnyOf("id", failed)).update(failed_sign_ins=threshold - 1)
            await record(actor, "policy.edited", None, now=now, changes=changes)
    return platform


async def _over(threshold: int, platform: Platform) -> list[UUID]:
    """Who has failed as often as a new threshold allows, and is not locked.

    Nobody is locked for what was allowed before: their next attempt is to be the last one, and may be right.
    """
    if threshold == platform.lockout_threshold:
        return []
    over = users_of(platform.id).filter(locked_at__isnull=True, failed_sign_ins__gte=threshold)
    return [user.id for user in await over.only("id")]


def _checked(platform: Platform, values: dict[str, int], mfa_required: bool | None) -> dict[str, int | bool]:
    faults = Faults()
    wanted: dict[str, int | bool] = {}
    for name, value in values.items():
        wanted[name] = faults.check(name, BOUNDS[name].check, value) or 0
    mfa = platform.mfa_required if mfa_required is None else mfa_required
    if mfa_required is not None:
        wanted["mfa_required"] = mfa_required
    length = wanted.get("password_min_length", platform.password_min_length)
    touched = "password_min_length" in values or mfa_required is False
    if touched and not mfa and BOUNDS["password_min_length"].lowest <= length < LONE_PASSWORD:
        message = f"Without MFA for everybody a password needs at least {LONE_PASSWORD} characters."
        faults.add(Invalid(message, field="password_min_length"))
    faults.raise_any()
    return wanted


def _text(value: int | bool) -> str:
    return str(value).lower()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
