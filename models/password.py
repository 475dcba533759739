"""The age of a password: computed from `password_changed_at` and the platform's policy."""

from datetime import datetime, timedelta

from tortoise.expressions import Q

from models.platform import Platform
from models.status import NOBODY
from models.user import User


def password_expires_at(user: User, policy: Platform) -> datetime | None:
    """None where passwords do not expire or none is set."""
    if user.password_changed_at is None or policy.password_max_age_days == 0:
        return None
    return user.password_changed_at + timedelta(days=policy.password_max_age_days)


def password_expired(user: User, policy: Platform, now: datetime) -> bool:
    last = last_expired(policy, now)
    return last is not None and user.password_changed_at is not None and user.password_changed_at <= last


def password_expired_condition(policy: Platform, now: datetime) -> Q:
    """Finds the rows for which `password_expired` holds."""
    last = last_expired(policy, now)
    return NOBODY if last is None else Q(password_changed_at__lte=last)


def last_expired(policy: Platform, now: datetime) -> datetime | None:
    """Passwords set up to this moment have expired; None where passwords do not expire."""
    return now - timedelta(days=policy.password_max_age_days) if policy.password_max_age_days else None
