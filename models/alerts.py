"""What needs attention about a user: each alert is one rule, read in lists, details, filters and facets alike.

A rule gives the moment since which it holds (None: it does not), and the condition that finds such rows; it learns
the platform's policy and the time first, so that lists ask it of many rows (models.attention).
To add an alert, add its type and its rule here, and its line to the property test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tortoise.expressions import Q

from models.lockout import is_locked, lock_ends_at, locked_condition
from models.mail import MailState
from models.password import last_expired, password_expired_condition, password_expires_at
from models.platform import Platform
from models.status import NOBODY, STATUS_CONDITIONS, UserStatus, has_mfa
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


Since = Callable[[User], datetime | None]
"""Since when an alert holds for a row; None: it does not."""


ANYBODY, ENABLED = tuple(UserStatus), (UserStatus.ACTIVE, UserStatus.INVITED)
SET_UP, WAITED_FOR = (UserStatus.ACTIVE,), (UserStatus.INVITED,)


@dataclass(frozen=True)
class AlertRule:
    """One alert. The row must have its invitation, and that its mail, loaded.

    `of` and `since` together, and `condition`, are the same rule, for rows and for the database. `of`: users of which
    status can have it, so that `since` is asked of no others; it is None where nobody can under this policy.
    """

    type: AlertType
    of: tuple[UserStatus, ...]
    severity: AlertSeverity
    title: str
    action_required: str
    since: Callable[[Platform, datetime], Since | None]
    message: Callable[[User, Platform], str]
    condition: Callable[[Platform, datetime], Q]


def _locked(policy: Platform, now: datetime) -> Since:
    def since(user: User) -> datetime | None:
        return user.locked_at if user.locked_at is not None and is_locked(user, policy, now) else None

    return since


def _lock_message(user: User, policy: Platform) -> str:
    ends_at = lock_ends_at(user, policy)
    end = f"until {ends_at:%Y-%m-%d %H:%M} UTC" if ends_at else "until an administrator unlocks it"
    return f"Locked after {user.failed_sign_ins} failed sign-ins, {end}."


def _password_expired(policy: Platform, now: datetime) -> Since | None:
    last = last_expired(policy, now)
    if last is None:
        return None

    def since(user: User) -> datetime | None:
        if user.password_changed_at is None or user.password_changed_at > last:
            return None
        return password_expires_at(user, policy)

    return since


def _invitation_expired(policy: Platform, now: datetime) -> Since:
    def since(user: User) -> datetime | None:
        invitation = user.invitation
        return invitation.expires_at if invitation is not None and invitation.expired(now) else None

    return since


def _undeliverable(policy: Platform, now: datetime) -> Since:
    def since(user: User) -> datetime | None:
        mail = user.invitation.mail if user.invitation else None
        return mail.created_at if mail is not None and mail.state == MailState.FAILED else None

    return since


def _mfa_missing(policy: Platform, now: datetime) -> Since | None:
    def since(user: User) -> datetime | None:
        return None if has_mfa(user) else user.activated_at

    return since if policy.mfa_required else None


def _dormant(policy: Platform, now: datetime) -> Since | None:
    days = timedelta(days=policy.dormant_after_days)

    def since(user: User) -> datetime | None:
        return None if user.last_login_at is None or user.last_login_at > last else user.last_login_at + days

    last = now - days
    return since if days else None


def _dormant_condition(policy: Platform, now: datetime) -> Q:
    if policy.dormant_after_days == 0:
        return NOBODY
    return ACTIVE & Q(last_login_at__lte=now - timedelta(days=policy.dormant_after_days))


ALERT_RULES: tuple[AlertRule, ...] = (
    AlertRule(
        AlertType.SECURITY_LOCKED_OUT,
        ANYBODY,
        AlertSeverity.CRITICAL,
        "Security Locked Out",
        "Unlock the account once you know that the attempts were the user's own.",
        _locked,
        _lock_message,
        locked_condition,
    ),
    AlertRule(
        AlertType.PASSWORD_EXPIRED,
        ENABLED,
        AlertSeverity.WARNING,
        "Password Expired",
        "The user chooses a new password at the next sign-in.",
        _password_expired,
        lambda user, policy: f"The password is older than {policy.password_max_age_days} days.",
        lambda policy, now: Q(disabled_at__isnull=True) & password_expired_condition(policy, now),
    ),
    AlertRule(
        AlertType.INVITATION_UNDELIVERABLE,
        WAITED_FOR,
        AlertSeverity.WARNING,
        "Invitation Undeliverable",
        "Check the e-mail address, then resend the invitation.",
        _undeliverable,
        lambda user, policy: f"The invitation could not be delivered to {user.email}.",
        lambda policy, now: INVITED & Q(invitation__mail__state=MailState.FAILED.value),
    ),
    AlertRule(
        AlertType.INVITATION_EXPIRED,
        WAITED_FOR,
        AlertSeverity.WARNING,
        "Invitation Expired",
        "Resend the invitation.",
        _invitation_expired,
        lambda user, policy: "The invitation ran out before the set-up was completed.",
        lambda policy, now: INVITED & Q(invitation__expires_at__lte=now),
    ),
    AlertRule(
        AlertType.MFA_MISSING,
        SET_UP,
        AlertSeverity.WARNING,
        "MFA Missing",
        "The user sets up an authenticator app at the next sign-in.",
        _mfa_missing,
        lambda user, policy: "The platform requires MFA and the user has none.",
        lambda policy, now: ACTIVE & Q(totp_confirmed_at__isnull=True) if policy.mfa_required else NOBODY,
    ),
    AlertRule(
        AlertType.DORMANT,
        SET_UP,
        AlertSeverity.INFO,
        "Dormant",
        "Disable the account if it is no longer needed.",
        _dormant,
        lambda user, policy: f"Has not signed in for more than {policy.dormant_after_days} days.",
        _dormant_condition,
    ),
)
"""In the order in which alerts are shown: most severe first."""


def alert_condition(type: AlertType, policy: Platform, now: datetime) -> Q:
    """Finds the rows that have the alert at `now`."""
    return next(rule.condition(policy, now) for rule in ALERT_RULES if rule.type is type)
