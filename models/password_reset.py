"""The link with which a forgotten password is replaced."""

from uuid import UUID

from tortoise import Model, fields

from models.fields import KeyField
from models.user import User


class PasswordReset(Model):
    """One row a user, so a newer link replaces the older one by construction; using it deletes the row."""

    id = fields.UUIDField(primary_key=True)
    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: UUID
    token_hash = KeyField(unique=True)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "password_resets"
