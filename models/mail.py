"""The outbox: mails written in the transaction that causes them."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from models.user import User


class MailKind(StrEnum):
    """Which template renders the mail."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    ADDRESS_CHANGED = "address_changed"
    MFA_ENABLED = "mfa_enabled"
    MFA_DISABLED = "mfa_disabled"
    RECOVERY_CODE_USED = "recovery_code_used"
    ACCOUNT_LOCKED = "account_locked"
    ROLE_CHANGED = "role_changed"


class MailState(StrEnum):
    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"


class Mail(Model):
    """One mail to one recipient.

    `due_at` is both the next try's time and the lease: who takes the row moves it into the future, and
    `attempts` tells a stale holder of the lease that another took over. `sealed_token` is the encrypted
    token of the link inside; it is wiped as soon as the mail is sent or given up on. The Message-ID is made
    of `id`, so it is the same in every try.
    """

    id = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: UUID
    kind = fields.CharField(max_length=40)
    recipient = fields.CharField(max_length=320)
    facts: dict[str, Any] = fields.JSONField(default=dict)
    sealed_token = fields.TextField(null=True)
    state = fields.CharField(max_length=10, default=MailState.QUEUED.value)
    attempts = fields.IntField(default=0)
    last_error = fields.CharField(max_length=500, null=True)
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mails"
        indexes = [
            Index(fields=("state", "due_at"), name="mails_by_due"),
            Index(fields=("user_id", "kind", "created_at"), name="mails_by_user"),
        ]
