"""The tenant, and its policy for accounts."""

from tortoise import Model, fields


class Platform(Model):
    """A tenant. A zero in a limit of the policy switches that limit off."""

    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=100)
    timezone = fields.CharField(max_length=64, default="UTC")
    lockout_threshold = fields.IntField(default=5)
    lockout_minutes = fields.IntField(default=15)
    password_min_length = fields.IntField(default=15)
    password_max_age_days = fields.IntField(default=0)
    mfa_required = fields.BooleanField(default=False)
    invitation_hours = fields.IntField(default=72)
    session_idle_minutes = fields.IntField(default=60)
    session_hours = fields.IntField(default=24)
    dormant_after_days = fields.IntField(default=90)
    created_at = fields.DatetimeField()

    class Meta:
        table = "platforms"
