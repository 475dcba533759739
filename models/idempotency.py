"""Remembered answers, so that a repeated request does nothing twice."""

from datetime import timedelta
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from models.user import User

REMEMBERED_FOR = timedelta(hours=24)


class IdempotencyRecord(Model):
    """The user that came of (actor, key). `input_hash` tells a repeat from another request with the same key."""

    id = fields.UUIDField(primary_key=True)
    actor: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    key = fields.CharField(max_length=255)
    input_hash = fields.CharField(max_length=64)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    user_id: UUID | None
    created_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "idempotency_records"
        unique_together = (("actor", "key"),)
        indexes = (Index(fields=("user_id",), name="idempotency_by_user"),)
