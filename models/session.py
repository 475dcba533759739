"""A signed-in browser or program."""

from datetime import datetime, timedelta
from uuid import UUID

from tortoise import Model, fields
from tortoise.expressions import Q
from tortoise.indexes import Index

from models.fields import KeyField
from models.platform import Platform
from models.user import User

NO_LIMIT = timedelta(days=3650)
"""What a limit of zero amounts to, so that every session has an end."""


class Session(Model):
    """A session lives as long as its row: ending it deletes the row. Only the token's SHA-256 is stored."""

    id = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: UUID
    token_hash = KeyField(unique=True)
    created_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    ip_address = fields.CharField(max_length=45, null=True)
    user_agent = fields.CharField(max_length=300, null=True)

    class Meta:
        table = "sessions"
        indexes = [Index(fields=("user_id", "created_at", "id"), name="sessions_by_user")]

    def expires_at(self, policy: Platform) -> datetime:
        """When it ends without another request: the earlier of the idle and the absolute limit."""
        idle, absolute = _limits(policy)
        return min(self.last_seen_at + idle, self.created_at + absolute)

    def is_live(self, policy: Platform, now: datetime) -> bool:
        """Whether requests may still use the session."""
        return self.expires_at(policy) > now


def live_condition(policy: Platform, now: datetime) -> Q:
    """Matches the rows for which `Session.is_live` holds."""
    idle, absolute = _limits(policy)
    return Q(last_seen_at__gt=now - idle, created_at__gt=now - absolute)


def _limits(policy: Platform) -> tuple[timedelta, timedelta]:
    """The idle and the absolute limit."""
    idle = timedelta(minutes=policy.session_idle_minutes) or NO_LIMIT
    return idle, timedelta(hours=policy.session_hours) or NO_LIMIT
