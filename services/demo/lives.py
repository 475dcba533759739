"""What has happened to a demo user: each case leads to one status and, some of them, to an alert."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random


class Case(Enum):
    WELL = auto()
    LOCKED = auto()
    PASSWORD_EXPIRED = auto()
    DORMANT = auto()
    INVITED = auto()
    INVITATION_EXPIRED = auto()
    INVITATION_UNDELIVERABLE = auto()
    DISABLED = auto()
    DISABLED_INVITED = auto()


SHARES: dict[Case, float] = {
    Case.WELL: 0.698,
    Case.LOCKED: 0.002,
    Case.PASSWORD_EXPIRED: 0.05,
    Case.DORMANT: 0.05,
    Case.INVITED: 0.07,
    Case.INVITATION_EXPIRED: 0.035,
    Case.INVITATION_UNDELIVERABLE: 0.015,
    Case.DISABLED: 0.07,
    Case.DISABLED_INVITED: 0.01,
}
"""80 % active, 12 % invited, 8 % inactive."""

SHOWN_FIRST: tuple[Case, ...] = (
    Case.INVITED,
    Case.INVITATION_EXPIRED,
    Case.INVITATION_UNDELIVERABLE,
    Case.DISABLED,
    Case.LOCKED,
    Case.PASSWORD_EXPIRED,
    Case.DORMANT,
)
"""The first users who are not sign-ins of the demo: together they have every status and every alert."""

NEVER_SET_UP = frozenset({Case.INVITED, Case.INVITATION_EXPIRED, Case.INVITATION_UNDELIVERABLE, Case.DISABLED_INVITED})
FAILURES = 5
"""The default lockout threshold."""

LAST_LOGIN: dict[Case, tuple[float, float]] = {Case.DORMANT: (95, 399), Case.PASSWORD_EXPIRED: (12, 80)}
"""Days ago, from and to, where the case depends on it."""


@dataclass(frozen=True, slots=True)
class Life:
    """Facts with their times. `invited_at` is the latest invitation's; None once the account is set up."""

    case: Case
    created_at: datetime
    activated_at: datetime | None = None
    last_login_at: datetime | None = None
    password_changed_at: datetime | None = None
    locked_at: datetime | None = None
    disabled_at: datetime | None = None
    invited_at: datetime | None = None

    @property
    def updated_at(self) -> datetime:
        return self.disabled_at or self.activated_at or self.created_at


def life_of(case: Case, now: datetime, chance: Random) -> Life:
    """A life at `now` under the demo's policy: passwords age after 90 days, accounts sleep after 90."""
    return _invited(case, now, chance) if case in NEVER_SET_UP else _set_up(case, now, chance)


def _set_up(case: Case, now: datetime, chance: Random) -> Life:
    def ago(least: float, most: float) -> datetime:
        return now - timedelta(seconds=int(86400 * (least + (most - least) * chance.random())))

    created_at = ago(410, 900)
    last_login_at = ago(*LAST_LOGIN[case]) if case in LAST_LOGIN else ago(0.02, 80 * chance.random() ** 2)
    password_age = {Case.PASSWORD_EXPIRED: (91, 101), Case.DORMANT: (400, 405)}.get(case, (0.1, 85))
    return Life(
        case,
        created_at=created_at,
        activated_at=created_at + timedelta(minutes=chance.randrange(5, 4000)),
        last_login_at=last_login_at,
        password_changed_at=ago(*password_age),
        locked_at=ago(0, 0.001) if case is Case.LOCKED else None,
        disabled_at=last_login_at + (now - last_login_at) * chance.random() if case is Case.DISABLED else None,
    )


def _invited(case: Case, now: datetime, chance: Random) -> Life:
    hours = 2 + 60 * chance.random()
    if case in (Case.INVITATION_EXPIRED, Case.DISABLED_INVITED):
        hours += 80 + 500 * chance.random()
    at = now - timedelta(seconds=int(3600 * hours))
    disabled_at = at + timedelta(hours=1) if case is Case.DISABLED_INVITED else None
    return Life(case, created_at=at, invited_at=at, disabled_at=disabled_at)
