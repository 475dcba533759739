"""Every table, in one place for Tortoise and its migrations."""

from models.audit_event import AuditEvent
from models.idempotency import IdempotencyRecord
from models.invitation import Invitation
from models.mail import Mail
from models.platform import Platform
from models.recovery_code import RecoveryCode
from models.role import Role
from models.session import Session
from models.user import SearchWord, User

__all__ = [
    "AuditEvent",
    "IdempotencyRecord",
    "Invitation",
    "Mail",
    "Platform",
    "RecoveryCode",
    "Role",
    "SearchWord",
    "Session",
    "User",
]
