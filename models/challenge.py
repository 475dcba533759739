"""The state between the steps of a sign-in: the password was right, something is still missing."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from models.fields import KeyField
from models.user import User

LIFETIME = timedelta(minutes=5)
WRONG_CODES = 5
"""After so many the challenge is void."""


class ChallengeKind(StrEnum):
    """What is still missing; the value names no other step, so a challenge opens nothing else."""

    MFA_CODE = "MFA_CODE"
    MFA_ENROLLMENT = "MFA_ENROLLMENT"
    PASSWORD_CHANGE = "PASSWORD_CHANGE"


class Challenge(Model):
    """One open challenge; answering it deletes the row. Only the token's SHA-256 is stored."""

    id = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: UUID
    kind = fields.CharField(max_length=20)
    token_hash = KeyField(unique=True)
    wrong_codes = fields.IntField(default=0)
    created_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "challenges"
        indexes = (Index(fields=("user_id",), name="challenges_by_user"),)

    @property
    def expires_at(self) -> datetime:
        return self.created_at + LIFETIME
