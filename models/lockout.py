"""The lock after too many failed sign-ins: computed from `locked_at` and the platform's policy."""

from datetime import datetime, timedelta

from tortoise.expressions import Q

from models.platform import Platform
from models.user import User


def lock_ends_at(user: User, policy: Platform) -> datetime | None:
    """When the lock ends by itself; None: when an administrator unlocks, or there is no lock."""
    if user.locked_at is None or policy.lockout_minutes == 0:
        return None
    return user.locked_at + timedelta(minutes=policy.lockout_minutes)


def is_locked(user: User, policy: Platform, now: datetime) -> bool:
    if user.locked_at is None:
        return False
    ends_at = lock_ends_at(user, policy)
    return ends_at is None or ends_at > now


def locked_condition(policy: Platform, now: datetime) -> Q:
    """Finds the rows for which `is_locked` holds."""
    if policy.lockout_minutes == 0:
        return Q(locked_at__isnull=False)
    return Q(locked_at__gt=now - timedelta(minutes=policy.lockout_minutes))
