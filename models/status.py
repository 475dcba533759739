"""The three statuses: each as a fact about a row, and beside it as the condition that finds such rows."""

from enum import StrEnum

from tortoise.expressions import Q

from models.user import User


class UserStatus(StrEnum):
    ACTIVE = "ACTIVE"
    INVITED = "INVITED"
    INACTIVE = "INACTIVE"


def status_of(user: User) -> UserStatus:
    """Disabled is stronger than everything; otherwise the completed set-up decides."""
    if user.disabled_at is not None:
        return UserStatus.INACTIVE
    return UserStatus.INVITED if user.activated_at is None else UserStatus.ACTIVE


NOBODY = Q(pk__in=[])
"""The condition that no row meets."""

STATUS_CONDITIONS: dict[UserStatus, Q] = {
    UserStatus.ACTIVE: Q(disabled_at__isnull=True, activated_at__isnull=False),
    UserStatus.INVITED: Q(disabled_at__isnull=True, activated_at__isnull=True),
    UserStatus.INACTIVE: Q(disabled_at__isnull=False),
}


def has_mfa(user: User) -> bool:
    return user.totp_confirmed_at is not None


MFA_CONDITION = Q(totp_confirmed_at__isnull=False)


def has_sso(user: User) -> bool:
    return user.sso_linked_at is not None


SSO_CONDITION = Q(sso_linked_at__isnull=False)
