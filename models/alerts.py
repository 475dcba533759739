"""What needs attention about a user: each alert is one rule, read in lists, details, filters and facets alike.

A rule gives the moment since which it holds (None: it does not), and the condition that finds such rows.
To add an alert, add its type and its rule here, and its line to the property test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tortoise.expressions import Q

from models.lockout import is_locked, lock_ends_at, locked_condition
from models.mail import MailState
from models.password import password_expired, password_expired_condition, password_expires_at
from models.platform import Platform
from models.status import NOBODY, STATUS_CONDITIONS, UserStatus, has_mfa, status_of
from models.user import User

ACTIVE, INVITED = STATUS_CONDITIONS[UserStatus.ACTIVE], STATUS_CONDITIONS[UserStatus.INVITED]


class AlertSeverity(StrEnum):
    """From the most to the least severe."""

    CRITICAL = "CRITICAL"
    WARNING = "WARNING"
    INFO = "INFO"


class AlertType(StrEnum):
    SECURITY_LOCKED_OUT = "SECURITY_LOCKED_OUT"
    PASSWORD_EXPIRED = "PASSWORD_EXPIRED"
    INVITATION_EXPIRED = "INVITATION_EXPIRED"
    INVITATION_UNDELIVERABLE = "INVITATION_UNDELIVERABLE"
    MFA_MISSING = "MFA_MISSING"
    DORMANT = "DORMANT"


@dataclass(frozen=True)
class AlertRule:
    """One alert. The row must have its invitation, and that its mail, loaded."""

    type: AlertType
    severity: AlertSeverity
    title: str
    action_required: str
    since: Callable[[User, Platform, datetime], datetime | None]
    message: Callable[[User, Platform], str]
    condition: Callable[[Platform, datetime], Q]


def _locked_since(user: User, policy: Platform, now: datetime) -> datetime | None:
    return user.locked_at if is_locked(user, policy, now) else None


def _lock_message(user: User, policy: Platform) -> str:
    ends_at = lock_ends_at(user, policy)
    end = f"until {ends_at:%Y-%m-%d %H:%M} UTC" if ends_at else "until an administrator unlocks it"
    return f"Locked after {user.failed_sign_ins} failed sign-ins, {end}."


def _password_since(user: User, policy: Platform, now: datetime) -> datetime | None:
    if user.disabled_at is not None or not password_expired(user, policy, now):
        return None
    return password_expires_at(user, policy)


def _invitation_expired_since(user: User, policy: Platform, now: datetime) -> datetime | None:
    invitation = user.invitation
    if status_of(user) is not UserStatus.INVITED or invitation is None or not invitation.expired(now):
        return None
    return invitation.expires_at


def _undeliverable_since(user: User, policy: Platform, now: datetime) -> datetime | None:
    mail = user.invitation.mail if user.invitation else None
    if status_of(user) is not UserStatus.INVITED or mail is None or mail.state != MailState.FAILED:
        return None
    return mail.created_at


def _mfa_missing_since(user: User, policy: Platform, now: datetime) -> datetime | None:
    if not policy.mfa_required or has_mfa(user) or status_of(user) is not UserStatus.ACTIVE:
        return None
    return user.activated_at


def _dormant_since(user: User, policy: Platform, now: datetime) -> datetime | None:
    if status_of(user) is not UserStatus.ACTIVE or user.last_login_at is None or policy.dormant_after_days == 0:
        return None
    since = user.last_login_at + timedelta(days=policy.dormant_after_days)
    return since if since <= now else None


def _dormant_condition(policy: Platform, now: datetime) -> Q:
    if policy.dormant_after_days == 0:
        return NOBODY
    return ACTIVE & Q(last_login_at__lte=now - timedelta(days=policy.dormant_after_days))


ALERT_RULES: tuple[AlertRule, ...] = (
    AlertRule(
        AlertType.SECURITY_LOCKED_OUT,
        AlertSeverity.CRITICAL,
        "Security Locked Out",
        "Unlock the account once you know that the attempts were the user's own.",
        _locked_since,
        _lock_message,
        locked_condition,
    ),
    AlertRule(
        AlertType.PASSWORD_EXPIRED,
        AlertSeverity.WARNING,
        "Password Expired",
        "The user chooses a new password at the next sign-in.",
        _password_since,
        lambda user, policy: f"The password is older than {policy.password_max_age_days} days.",
        lambda policy, now: Q(disabled_at__isnull=True) & password_expired_condition(policy, now),
    ),
    AlertRule(
        AlertType.INVITATION_UNDELIVERABLE,
        AlertSeverity.WARNING,
        "Invitation Undeliverable",
        "Check the e-mail address, then resend the invitation.",
        _undeliverable_since,
        lambda user, policy: f"The invitation could not be delivered to {user.email}.",
        lambda policy, now: INVITED & Q(invitation__mail__state=MailState.FAILED.value),
    ),
    AlertRule(
        AlertType.INVITATION_EXPIRED,
        AlertSeverity.WARNING,
        "Invitation Expired",
        "Resend the invitation.",
        _invitation_expired_since,
        lambda user, policy: "The invitation ran out before the set-up was completed.",
        lambda policy, now: INVITED & Q(invitation__expires_at__lte=now),
    ),
    AlertRule(
        AlertType.MFA_MISSING,
        AlertSeverity.WARNING,
        "MFA Missing",
        "The user sets up an authenticator app at the next sign-in.",
        _mfa_missing_since,
        lambda user, policy: "The platform requires MFA and the user has none.",
        lambda policy, now: ACTIVE & Q(totp_confirmed_at__isnull=True) if policy.mfa_required else NOBODY,
    ),
    AlertRule(
        AlertType.DORMANT,
        AlertSeverity.INFO,
        "Dormant",
        "Disable the account if it is no longer needed.",
        _dormant_since,
        lambda user, policy: f"Has not signed in for more than {policy.dormant_after_days} days.",
        _dormant_condition,
    ),
)
"""In the order in which alerts are shown: most severe first."""


@dataclass(frozen=True)
class Alert:
    """One alert of one user."""

    type: AlertType
    severity: AlertSeverity
    title: str
    message: str
    action_required: str
    since: datetime


def alerts_of(user: User, policy: Platform, now: datetime) -> list[Alert]:
    """All that needs attention about the user at `now`, most severe first."""
    return [
        Alert(rule.type, rule.severity, rule.title, rule.message(user, policy), rule.action_required, since)
        for rule in ALERT_RULES
        if (since := rule.since(user, policy, now)) is not None
    ]


def alert_condition(type: AlertType, policy: Platform, now: datetime) -> Q:
    """Finds the rows that have the alert at `now`."""
    return next(rule.condition(policy, now) for rule in ALERT_RULES if rule.type is type)
