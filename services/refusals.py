"""Why something is not done: one small class for each error code, carrying facts.

Several faults of one input are raised together, as an ExceptionGroup of refusals.
"""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID


class ErrorCode(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    TARGET_OUTRANKS_VIEWER = "TARGET_OUTRANKS_VIEWER"
    ROLE_NOT_ASSIGNABLE = "ROLE_NOT_ASSIGNABLE"
    OWN_ACCOUNT = "OWN_ACCOUNT"
    LAST_ADMINISTRATOR = "LAST_ADMINISTRATOR"
    INVALID = "INVALID"
    EMAIL_TAKEN = "EMAIL_TAKEN"
    STALE_VERSION = "STALE_VERSION"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    NOT_INVITED = "NOT_INVITED"
    NOT_ACTIVE = "NOT_ACTIVE"
    ROLE_IN_USE = "ROLE_IN_USE"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    INVALID_CODE = "INVALID_CODE"
    INVALID_TOKEN = "INVALID_TOKEN"
    PASSWORD_REJECTED = "PASSWORD_REJECTED"
    RATE_LIMITED = "RATE_LIMITED"


class Refusal(Exception):
    """`field` names the argument at fault, as the service calls it; None where no single one is."""

    code: ClassVar[ErrorCode]
    says: ClassVar[str]

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message or self.says)
        self.message = message or self.says
        self.field = field


def refusals_in(error: BaseException) -> list[Refusal]:
    """The refusals of an input's faults, out of however many groups; other exceptions are left out."""
    if isinstance(error, BaseExceptionGroup):
        return [refusal for inner in error.exceptions for refusal in refusals_in(inner)]
    return [error] if isinstance(error, Refusal) else []


class NotFound(Refusal):
    code = ErrorCode.NOT_FOUND
    says = "There is no such record."


class Forbidden(Refusal):
    code = ErrorCode.FORBIDDEN
    says = "Your role does not allow this."


class TargetOutranksViewer(Refusal):
    code = ErrorCode.TARGET_OUTRANKS_VIEWER
    says = "This user holds permissions that you do not."


class RoleNotAssignable(Refusal):
    code = ErrorCode.ROLE_NOT_ASSIGNABLE
    says = "This role holds permissions that you do not."


class OwnAccount(Refusal):
    code = ErrorCode.OWN_ACCOUNT
    says = "You cannot do this to your own account."


class LastAdministrator(Refusal):
    code = ErrorCode.LAST_ADMINISTRATOR
    says = "The platform would lose its last active administrator."


class Invalid(Refusal):
    code = ErrorCode.INVALID
    says = "This is not valid."


class EmailTaken(Refusal):
    code = ErrorCode.EMAIL_TAKEN
    says = "Another account signs in with this address."


class StaleVersion(Refusal):
    """`user_id`: whose row is newer, so that the answer can show it."""

    code = ErrorCode.STALE_VERSION
    says = "The user has changed since this version was read."

    def __init__(self, user_id: UUID) -> None:
        super().__init__(field="expected_version")
        self.user_id = user_id


class IdempotencyMismatch(Refusal):
    code = ErrorCode.IDEMPOTENCY_MISMATCH
    says = "This idempotency key came with another input before; use a new key."


class NotInvited(Refusal):
    code = ErrorCode.NOT_INVITED
    says = "Only users who have not completed their set-up can be invited again."


class NotActive(Refusal):
    code = ErrorCode.NOT_ACTIVE
    says = "This is only for users who have completed their set-up."


class RoleInUse(Refusal):
    code = ErrorCode.ROLE_IN_USE
    says = "Users still have this role; give them another one first."


class Denial(StrEnum):
    """Why a guess did not get in: for the server's own figures, never for who guesses."""

    UNKNOWN_ADDRESS = "UNKNOWN_ADDRESS"
    NOT_SET_UP = "NOT_SET_UP"
    DISABLED = "DISABLED"
    LOCKED = "LOCKED"
    WRONG = "WRONG"
    LOCKING = "LOCKING"
    """Wrong, and the last one allowed: the account is locked now."""
    CHANGED_MEANWHILE = "CHANGED_MEANWHILE"
    """Another request has changed the account between two steps."""


class Denied(Refusal):
    """`denial`: what the client is not told."""

    def __init__(self, message: str | None = None, *, denial: Denial, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.denial = denial


class InvalidCredentials(Denied):
    code = ErrorCode.INVALID_CREDENTIALS
    says = "The e-mail address and the password do not match, or the account cannot sign in."


class InvalidCode(Denied):
    code = ErrorCode.INVALID_CODE
    says = "The code is wrong, used or out of date."


class InvalidToken(Refusal):
    code = ErrorCode.INVALID_TOKEN
    says = "The link or challenge is unknown, used, replaced or out of date."


class PasswordRejected(Refusal):
    code = ErrorCode.PASSWORD_REJECTED
    says = "Choose another password."


class RateLimited(Refusal):
    """`retry_after`: seconds after which a try makes sense again."""

    code = ErrorCode.RATE_LIMITED
    says = "Too many attempts; try again later."

    def __init__(self, *, retry_after: int, message: str | None = None, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.retry_after = max(1, retry_after)
