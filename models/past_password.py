"""Passwords that must not come back, kept only while the platform's passwords expire."""

from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from models.user import User

REMEMBERED = 5


class PastPassword(Model):
    """The hash of one of a user's last passwords, the current one included."""

    id = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: UUID
    password_hash = fields.CharField(max_length=255)
    created_at = fields.DatetimeField()

    class Meta:
        table = "past_passwords"
        indexes = (Index(fields=("user_id", "created_at"), name="past_passwords_by_user"),)
