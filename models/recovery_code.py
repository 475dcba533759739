"""Single-use codes for who lost the authenticator."""

from tortoise import Model, fields

from models.fields import KeyField
from models.user import User


class RecoveryCode(Model):
    """One unused code; using it deletes the row. Only its SHA-256 is stored."""

    id = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="recovery_codes", on_delete=fields.CASCADE
    )
    code_hash = KeyField()

    class Meta:
        table = "recovery_codes"
        unique_together = (("user", "code_hash"),)
