"""Editing the platform's rules for accounts, within bounds that each say why."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from models.audit_event import Change
from models.platform import Platform
from models.role import Permission
from services.actor import Actor
from services.audit import record
from services.policy import require
from services.refusals import Invalid
from services.validation import Faults


@dataclass(frozen=True)
class Bounds:
    """The smallest and largest value, in words too; 0 beside them where it switches the limit off."""

    lowest: int
    highest: int
    unit: str
    may_be_off: bool = False

    def check(self, value: int) -> int:
        if not (self.lowest <= value <= self.highest or (self.may_be_off and value == 0)):
            off = ", or 0 to switch it off" if self.may_be_off else ""
            raise Invalid(f"Must be {self.lowest} to {self.highest} {self.unit}{off}.")
        return value


BOUNDS: dict[str, Bounds] = {
    # NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures
    "lockout_threshold": Bounds(3, 100, "failed sign-ins", may_be_off=True),
    "lockout_minutes": Bounds(1, 1440, "minutes", may_be_off=True),
    "password_min_length": Bounds(8, 64, "characters"),
    "password_max_age_days": Bounds(1, 3650, "days", may_be_off=True),
    "invitation_hours": Bounds(1, 720, "hours"),
    # NIST SP 800-63B-4, 2.2.3: at most 24 hours and one hour without a request are recommended
    "session_idle_minutes": Bounds(5, 43200, "minutes", may_be_off=True),
    "session_hours": Bounds(1, 8760, "hours", may_be_off=True),
    "dormant_after_days": Bounds(1, 3650, "days", may_be_off=True),
}
LONE_PASSWORD = 15
"""Characters that a password needs where it is the only factor (NIST SP 800-63B-4, 3.1.1.2)."""


async def edit_security_policy(
    actor: Actor, values: dict[str, int], *, mfa_required: bool | None = None, now: datetime
) -> Platform:
    """Changes the given values, by the names of the platform's columns. Raises Forbidden, or Invalid for each fault."""
    require(actor, Permission.POLICY_MANAGE)
    async with in_transaction():
        platform = await Platform.filter(id=actor.user.platform_id).select_for_update().get()
        wanted = _checked(platform, values, mfa_required)
        changes = [
            Change(field=_camel(name), before=_text(getattr(platform, name)), after=_text(value))
            for name, value in wanted.items()
            if getattr(platform, name) != value
        ]
        if changes:
            platform.update_from_dict(wanted)
            await platform.save(update_fields=list(wanted))
            await record(actor, "policy.edited", None, now=now, changes=changes)
    return platform


def _checked(platform: Platform, values: dict[str, int], mfa_required: bool | None) -> dict[str, int | bool]:
    faults = Faults()
    wanted: dict[str, int | bool] = {}
    for name, value in values.items():
        wanted[name] = faults.check(name, BOUNDS[name].check, value) or 0
    mfa = platform.mfa_required if mfa_required is None else mfa_required
    if mfa_required is not None:
        wanted["mfa_required"] = mfa_required
    length = wanted.get("password_min_length", platform.password_min_length)
    if not mfa and 8 <= length < LONE_PASSWORD:
        message = f"Without MFA for everybody a password needs at least {LONE_PASSWORD} characters."
        faults.add(Invalid(message, field="password_min_length"))
    faults.raise_any()
    return wanted


def _text(value: int | bool) -> str:
    return str(value).lower()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
