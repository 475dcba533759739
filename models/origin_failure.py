"""Failed guesses by address of origin, kept in the database so that all workers agree."""

from tortoise import Model, fields
from tortoise.indexes import Index


class OriginFailure(Model):
    """One failed guess; swept once it no longer counts."""

    id = fields.BigIntField(primary_key=True, generated=True)
    ip_address = fields.CharField(max_length=45)
    at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "origin_failures"
        indexes = (Index(fields=("ip_address", "at"), name="failures_by_origin"),)
