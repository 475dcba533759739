"""When each alert begins and ends, to the microsecond. A new alert needs its line in LINES."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.alerts import ALERT_RULES, AlertType, alert_condition
from models.attention import alerts_of
from models.mail import MailState
from models.platform import Platform
from models.user import User
from tests.conftest import T0
from tests.models.facts import write
from tests.world import World

pytestmark = pytest.mark.anyio

TICK = timedelta(microseconds=1)
A_QUARTER, LONG_AGO, LATER = timedelta(minutes=15), T0 - timedelta(days=400), T0 + timedelta(days=3)
DAYS_90 = timedelta(days=90)
POLICY = {"lockout_minutes": 15, "password_max_age_days": 90, "dormant_after_days": 90, "mfa_required": False}
WELL = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "created_at": LONG_AGO,
    "activated_at": LONG_AGO,
    "disabled_at": None,
    "last_login_at": T0,
    "password_changed_at": T0,
    "locked_at": None,
    "totp_confirmed_at": None,
    "sso_linked_at": None,
    "invitation_expires_at": None,
    "mail_state": None,
}
INVITED = {"activated_at": None, "last_login_at": None, "password_changed_at": None, "invitation_expires_at": LATER}
UNDELIVERED = INVITED | {"mail_state": MailState.FAILED}


@dataclass(frozen=True)
class Line:
    """Facts and policy under which the alert holds at T0, and single changes of either under which it does not."""

    facts: dict[str, Any]
    since: datetime
    not_with: tuple[dict[str, Any], ...]
    policy: dict[str, Any]


LINES: dict[AlertType, Line] = {
    AlertType.SECURITY_LOCKED_OUT: Line(
        {"locked_at": T0 - A_QUARTER + TICK},
        T0 - A_QUARTER + TICK,
        ({"locked_at": T0 - A_QUARTER}, {"locked_at": None}, {"lockout_minutes": 14}),
        {},
    ),
    AlertType.PASSWORD_EXPIRED: Line(
        {"password_changed_at": T0 - DAYS_90},
        T0,
        (
            {"password_changed_at": T0 - DAYS_90 + TICK},
            {"password_changed_at": None},
            {"disabled_at": T0},
            {"password_max_age_days": 0},
            {"password_max_age_days": 91},
        ),
        {},
    ),
    AlertType.INVITATION_UNDELIVERABLE: Line(
        UNDELIVERED,
        LONG_AGO,
        (
            {"mail_state": MailState.SENT},
            {"mail_state": MailState.QUEUED},
            {"mail_state": None},
            {"activated_at": T0},
            {"disabled_at": T0},
        ),
        {},
    ),
    AlertType.INVITATION_EXPIRED: Line(
        INVITED | {"invitation_expires_at": T0},
        T0,
        (
            {"invitation_expires_at": T0 + TICK},
            {"invitation_expires_at": None},
            {"activated_at": T0},
            {"disabled_at": T0},
        ),
        {},
    ),
    AlertType.MFA_MISSING: Line(
        {},
        LONG_AGO,
        ({"totp_confirmed_at": T0}, {"activated_at": None}, {"disabled_at": T0}, {"mfa_required": False}),
        {"mfa_required": True},
    ),
    AlertType.DORMANT: Line(
        {"last_login_at": T0 - DAYS_90},
        T0,
        (
            {"last_login_at": T0 - DAYS_90 + TICK},
            {"last_login_at": None},
            {"activated_at": None},
            {"disabled_at": T0},
            {"dormant_after_days": 0},
            {"dormant_after_days": 91},
        ),
        {},
    ),
}


@pytest.mark.parametrize("alert", AlertType)
async def test_an_alert_begins_and_ends_exactly_at_its_limit(world: World, alert: AlertType) -> None:
    platform, line = await world.platform(), LINES[alert]
    role = await world.role(platform)
    for change in ({}, *line.not_with):
        policy = POLICY | line.policy | {name: value for name, value in change.items() if name in POLICY}
        facts = WELL | line.facts | {name: value for name, value in change.items() if name not in POLICY}
        (user,) = await write([facts], platform.id, [role.id])
        rules = Platform(id=uuid4(), name="Policy", created_at=T0, **policy)
        since = {found.type: found.since for found in alerts_of(user, rules, T0)}
        assert since.get(alert) == (None if change else line.since), change
        found = await User.filter(alert_condition(alert, rules, T0)).count()
        assert found == (0 if change else 1), change


def test_every_alert_has_its_line_here() -> None:
    assert set(LINES) == set(AlertType) == {rule.type for rule in ALERT_RULES}


async def test_a_lock_without_an_end_holds_for_ever(world: World) -> None:
    platform = await world.platform()
    role = await world.role(platform)
    (user,) = await write([WELL | {"locked_at": LONG_AGO}], platform.id, [role.id])
    rules = Platform(id=uuid4(), name="Policy", created_at=T0, **POLICY | {"lockout_minutes": 0})
    assert [alert.message for alert in alerts_of(user, rules, T0)] == [
        "Locked after 0 failed sign-ins, until an administrator unlocks it."
    ]
    assert await User.filter(alert_condition(AlertType.SECURITY_LOCKED_OUT, rules, T0)).count() == 1
