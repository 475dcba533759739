"""What was done, by whom, to whom: the trail that is only ever appended to."""

from typing import TypedDict
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from models.platform import Platform
from models.user import User


class Change(TypedDict):
    """One field before and after, as text; null where there was or is nothing."""

    field: str
    before: str | None
    after: str | None


class AuditEvent(Model):
    """An event of one platform. Actor and target become null when their accounts are deleted."""

    id = fields.UUIDField(primary_key=True)
    platform: fields.ForeignKeyRelation[Platform] = fields.ForeignKeyField(
        "models.Platform", related_name=False, on_delete=fields.CASCADE
    )
    platform_id: UUID
    at = fields.DatetimeField()
    type = fields.CharField(max_length=60)
    actor: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    actor_id: UUID | None
    actor_name = fields.CharField(max_length=201)
    target: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    target_id: UUID | None
    changes: list[Change] = fields.JSONField(default=list)
    ip_address = fields.CharField(max_length=45, null=True)
    request_id = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "audit_events"
        indexes = [
            Index(fields=("platform_id", "at", "id"), name="events_by_time"),
            Index(fields=("actor_id", "at", "id"), name="events_by_actor"),
            Index(fields=("target_id", "at", "id"), name="events_by_target"),
        ]
