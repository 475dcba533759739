"""Roles: named sets of permissions."""

from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from tortoise import Model, fields

from models.fields import KeyField
from models.platform import Platform


class Permission(StrEnum):
    """What a role may allow. The values are stored, so they never change."""

    USERS_READ = "USERS_READ"
    USERS_ADD = "USERS_ADD"
    USERS_EDIT = "USERS_EDIT"
    USERS_CHANGE_ROLE = "USERS_CHANGE_ROLE"
    USERS_DISABLE = "USERS_DISABLE"
    USERS_SECURITY = "USERS_SECURITY"
    USERS_DELETE = "USERS_DELETE"
    ROLES_MANAGE = "ROLES_MANAGE"
    POLICY_MANAGE = "POLICY_MANAGE"
    AUDIT_READ = "AUDIT_READ"


ADMINISTERS = frozenset(Permission) - {Permission.POLICY_MANAGE, Permission.AUDIT_READ}
"""Who holds these can manage users and roles. All of them count: nobody grants what nobody holds any more."""


class Role(Model):
    """A role of one platform; `name_key` makes the name unique there whatever its case."""

    id = fields.UUIDField(primary_key=True)
    platform: fields.ForeignKeyRelation[Platform] = fields.ForeignKeyField(
        "models.Platform", related_name=False, on_delete=fields.CASCADE
    )
    platform_id: UUID
    name = fields.CharField(max_length=100)
    name_key = KeyField()
    description = fields.CharField(max_length=500, default="")
    permissions: list[str] = fields.JSONField(default=list)
    built_in = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()

    class Meta:
        table = "roles"
        unique_together = (("platform", "name_key"),)

    @property
    def granted(self) -> frozenset[Permission]:
        """The permissions as a set."""
        return _granted(tuple(self.permissions))

    @property
    def administers(self) -> bool:
        return self.granted >= ADMINISTERS


@lru_cache(maxsize=1024)
def _granted(names: tuple[str, ...]) -> frozenset[Permission]:
    return frozenset(map(Permission, names))
