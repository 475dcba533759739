"""An open invitation; it exists exactly as long as the set-up of the account is not completed."""

from datetime import datetime
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from models.fields import KeyField
from models.mail import Mail
from models.user import User


class Invitation(Model):
    """One row a user, so a new link replaces the old one by construction. `token_hash` null: no live link."""

    id = fields.UUIDField(primary_key=True)
    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "models.User", related_name="invitation", on_delete=fields.CASCADE
    )
    user_id: UUID
    invited_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    invited_by_id: UUID | None
    mail: fields.ForeignKeyNullableRelation[Mail] = fields.ForeignKeyField(
        "models.Mail", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    token_hash: str | None = KeyField(unique=True, null=True)  # type: ignore[assignment]
    sent_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    times_sent = fields.IntField(default=1)

    class Meta:
        table = "invitations"
        indexes = [
            Index(fields=("invited_by_id",), name="invitations_by_inviter"),
            Index(fields=("mail_id",), name="invitations_by_mail"),
        ]

    def expired(self, now: datetime) -> bool:
        return self.expires_at <= now

    def kill(self, now: datetime) -> None:
        """Ends the link; the invitation then says of itself that it has expired."""
        self.token_hash = None
        self.expires_at = min(self.expires_at, now)
