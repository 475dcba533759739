"""The enums of the API: the values are those of models and services, the words are said here.

Everything in `schema/` imports them from here, so that none becomes GraphQL without its words.
"""

from enum import Enum, StrEnum
from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from models.alerts import AlertSeverity, AlertType
from models.challenge import ChallengeKind
from models.mail import MailState
from models.role import Permission
from models.status import UserStatus
from services.policy import UserAction
from services.refusals import ErrorCode
from services.user_query import UserOrderField

__all__ = [
    "AlertSeverity",
    "AlertType",
    "ChallengeKind",
    "ErrorCode",
    "MailState",
    "MfaMethod",
    "OrderDirection",
    "Permission",
    "UserAction",
    "UserOrderField",
    "UserStatus",
]
Kind = TypeVar("Kind", bound=type[Enum])


class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


class MfaMethod(StrEnum):
    TOTP = "TOTP"


def _described(enum: Kind, description: str, *, name: str | None = None, **values: str) -> Kind:
    """Makes a GraphQL enum of `enum`; every value must get its words, and no other."""
    made = strawberry.enum(enum, name=name or enum.__name__, description=description)
    definition: StrawberryEnumDefinition = made.__strawberry_definition__  # type: ignore[attr-defined]
    if {value.name for value in definition.values} != set(values):
        raise TypeError(f"{enum.__name__}: the described values are not those of the enum")
    for value in definition.values:
        value.description = values[value.name]
    return made


_described(
    UserStatus,
    "Where an account stands. Locked and password expired are alerts, not statuses.",
    ACTIVE="Has completed the set-up and can sign in.",
    INVITED="Was added and has not completed the set-up: no password yet, or never signed in.",
    INACTIVE="Was disabled and cannot sign in.",
)
_described(MfaMethod, "A second factor.", TOTP="A six-digit code of an authenticator app, RFC 6238.")
_described(
    MailState,
    "How far a mail has come.",
    name="DeliveryState",
    QUEUED="Waiting for its first or next try.",
    SENT="Accepted by the mail server.",
    FAILED="Given up on: refused for good, or out of tries.",
)
_described(
    ChallengeKind,
    "What a sign-in still needs.",
    MFA_CODE="`verifyMfa` answers it.",
    MFA_ENROLLMENT="`beginMfaEnrollment` and `confirmMfaEnrollment` answer it: the platform requires MFA.",
    PASSWORD_CHANGE="`replaceExpiredPassword` answers it.",
)
_described(
    AlertSeverity,
    "How pressing an alert is.",
    CRITICAL="Somebody is shut out or under attack: act now.",
    WARNING="Something keeps the user from working, or weakens the account.",
    INFO="Worth a look when there is time.",
)
_described(
    AlertType,
    "What needs attention.",
    SECURITY_LOCKED_OUT="Locked after too many failed sign-ins.",
    PASSWORD_EXPIRED="The password is older than the platform allows.",
    INVITATION_EXPIRED="The invitation ran out before the set-up was completed.",
    INVITATION_UNDELIVERABLE="The invitation e-mail could not be delivered.",
    MFA_MISSING="The platform requires MFA and the user has none.",
    DORMANT="Active, but not signed in for longer than the platform's limit.",
)
_described(
    UserAction,
    "What can be done to a user.",
    EDIT="Change names, phone number and time zone: `editUser`.",
    CHANGE_EMAIL="Change the sign-in name: `changeUserEmail`.",
    CHANGE_ROLE="Give another role: `changeUserRole`.",
    DISABLE="Shut the user out: `disableUser`.",
    ENABLE="Let a disabled user in again: `enableUser`.",
    UNLOCK="Lift a lock after failed sign-ins: `unlockUser`.",
    RESEND_INVITATION="Send a new invitation link: `resendInvitation`.",
    SEND_PASSWORD_RESET="Send a link to choose a new password: `sendPasswordReset`.",
    RESET_MFA="Remove a lost second factor: `resetUserMfa`.",
    REVOKE_SESSIONS="Sign the user out everywhere: `revokeUserSessions`.",
    DELETE="Delete the account for good: `deleteUser`.",
)
_described(
    UserOrderField,
    "By what a list of users is ordered; equal rows are ordered by id.",
    LAST_NAME="By last name, then first name.",
    EMAIL="By e-mail address.",
    CREATED_AT="By the time of being added.",
    LAST_LOGIN_AT="Those who never signed in come first when ascending.",
)
_described(
    OrderDirection,
    "Whether a list begins with the lowest or the highest value.",
    ASC="From A to Z, from old to new.",
    DESC="From Z to A, from new to old.",
)
_described(
    Permission,
    "What a role may allow.",
    USERS_READ="See the platform's users.",
    USERS_ADD="Add users and resend invitations.",
    USERS_EDIT="Edit names, phone, time zone and e-mail address.",
    USERS_CHANGE_ROLE="Give users another role, up to the own permissions.",
    USERS_DISABLE="Shut users out, and let them in again.",
    USERS_SECURITY="Unlock accounts, reset MFA, send password resets, see and end sessions.",
    USERS_DELETE="Delete users for good.",
    ROLES_MANAGE="Add, edit and delete roles.",
    POLICY_MANAGE="Edit the security policy.",
    AUDIT_READ="Read what was done on the platform, and by whom.",
)
_described(
    ErrorCode,
    "Why something was not done.",
    NOT_FOUND="There is no such record on the viewer's platform.",
    FORBIDDEN="The viewer's role does not allow it.",
    TARGET_OUTRANKS_VIEWER="The target holds permissions that the viewer does not.",
    ROLE_NOT_ASSIGNABLE="The role holds permissions that the viewer does not.",
    OWN_ACCOUNT="Nobody does this to their own account.",
    LAST_ADMINISTRATOR="The platform would lose its last active user who can manage users and roles.",
    INVALID="A field is missing, too long or malformed.",
    EMAIL_TAKEN="Another account signs in with this address.",
    STALE_VERSION="The record has changed since `expectedVersion` was read.",
    IDEMPOTENCY_MISMATCH="The same idempotency key came with another input.",
    NOT_INVITED="Only for accounts whose set-up is not completed.",
    NOT_ACTIVE="Only for accounts whose set-up is completed.",
    ROLE_IN_USE="The role is still given to users, or built in.",
    INVALID_CREDENTIALS=(
        "Address and password do not match, or the account is locked, disabled or not set up; "
        "which of them stays unsaid."
    ),
    INVALID_CODE="The code is wrong, used or out of date.",
    INVALID_TOKEN="The link or challenge is unknown, used, replaced or out of date.",
    PASSWORD_REJECTED="Too short, too common, or one of the last ones.",
    RATE_LIMITED="Too many attempts; `retryAfter` says when to try again.",
)
