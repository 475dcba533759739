"""The alerts of a user: the rules of `models.alerts`, asked of a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models.alerts import ALERT_RULES, AlertSeverity, AlertType
from models.platform import Platform
from models.status import UserStatus, status_of
from models.user import User


@dataclass(slots=True)
class Alert:
    """One alert of one user."""

    type: AlertType
    severity: AlertSeverity
    title: str
    message: str
    action_required: str
    since: datetime


def alerts_under(policy: Platform, now: datetime) -> Callable[[User], list[Alert]]:
    """Gives all that needs attention about a user at `now`, most severe first."""
    rules = [(rule, since) for rule in ALERT_RULES if (since := rule.since(policy, now)) is not None]
    possible = {status: [pair for pair in rules if status in pair[0].of] for status in UserStatus}

    def alerts(user: User) -> list[Alert]:
        found = []
        for rule, since in possible[status_of(user)]:
            if (moment := since(user)) is not None:
                message = rule.message(user, policy)
                found.append(Alert(rule.type, rule.severity, rule.title, message, rule.action_required, moment))
        return found

    return alerts


def alerts_of(user: User, policy: Platform, now: datetime) -> list[Alert]:
    """What `alerts_under` gives for one user."""
    return alerts_under(policy, now)(user)
