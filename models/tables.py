"""Every table, in one place for Tortoise and its migrations."""

from models.audit_event import AuditEvent
from models.challenge import Challenge
from models.idempotency import IdempotencyRecord
from models.invitation import Invitation
from models.mail import Mail
from models.origin_failure import OriginFailure
from models.password_reset import PasswordReset
from models.past_password import PastPassword
from models.platform import Platform
from models.recovery_code import RecoveryCode
from models.role import Role
from models.session import Session
from models.user import SearchWord, User

__all__ = [
    "AuditEvent",
    "Challenge",
    "IdempotencyRecord",
    "Invitation",
    "Mail",
    "OriginFailure",
    "PasswordReset",
    "PastPassword",
    "Platform",
    "RecoveryCode",
    "Role",
    "SearchWord",
    "Session",
    "User",
]
