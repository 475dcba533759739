"""The alerts of a user: the rules of `models.alerts`, asked of a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models.alerts import ALERT_RULES, AlertRule, AlertSeverity, AlertType, Since
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
    possible: dict[UserStatus, list[tuple[AlertRule, Since]]] = {}

    def alerts(user: User) -> list[Alert]:
        status, found = status_of(user), []
        if status not in possible:
            possible[status] = _possible(status, policy, now)
        for rule, since in possible[status]:
            if (moment := since(user)) is not None:
                message = rule.message(user, policy)
                found.append(Alert(rule.type, rule.severity, rule.title, message, rule.action_required, moment))
        return found

    return alerts


def _possible(status: UserStatus, policy: Platform, now: datetime) -> list[tuple[AlertRule, Since]]:
    """The rules that users of this status can fall under."""
    rules = [(rule, rule.since(policy, now)) for rule in ALERT_RULES if status in rule.of]
    return [(rule, since) for rule, since in rules if since is not None]


def alerts_of(user: User, policy: Platform, now: datetime) -> list[Alert]:
    """What `alerts_under` gives for one user."""
    return alerts_under(policy, now)(user)
