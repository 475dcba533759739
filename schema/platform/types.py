"""The platform, its policy and its roles."""

from typing import Any, ClassVar, cast

import strawberry
from tortoise import Model

import models.platform
import models.role
from schema.context import Info
from schema.enums import Permission
from schema.node import Node
from schema.scalars import TimeZone
from services import policy
from services.roles import users_by_role


@strawberry.type(description="The platform's rules for accounts. A zero in a limit switches it off.")
class SecurityPolicy:
    lockout_threshold: int = strawberry.field(description="Failed sign-ins in a row before the account locks.")
    lockout_minutes: int = strawberry.field(description="How long a lock lasts; 0: until an administrator unlocks.")
    password_min_length: int = strawberry.field(description="Characters a password must have at least.")
    password_max_age_days: int = strawberry.field(description="Days after which a password expires.")
    mfa_required: bool = strawberry.field(description="Whether everybody must set MFA up before signing in.")
    invitation_hours: int = strawberry.field(description="How long the link of an invitation works.")
    session_idle_minutes: int = strawberry.field(description="A session ends after this long without a request.")
    session_hours: int = strawberry.field(description="A session ends after this long in any case.")
    dormant_after_days: int = strawberry.field(
        description="Days without a sign-in after which an active user is reported as dormant."
    )


@strawberry.type(description="The tenant: users, roles and rules of one platform are invisible to every other.")
class Platform(Node):
    row_type: ClassVar[type[Model]] = models.platform.Platform
    name: str = strawberry.field(description="What people call the platform.")
    timezone: TimeZone = strawberry.field(description="What new users start with.")

    @strawberry.field(description="The rules for accounts.")
    def security_policy(self) -> SecurityPolicy:
        return cast("SecurityPolicy", self)


@strawberry.type(description="A named set of permissions.")
class Role(Node):
    row_type: ClassVar[type[Model]] = models.role.Role
    name: str = strawberry.field(description="Unique on the platform.")
    description: str = strawberry.field(description="What the role is for.")
    built_in: bool = strawberry.field(description="Shipped with the product; neither editable nor deletable.")

    @strawberry.field(description="What the role allows.")
    def permissions(self) -> list[Permission]:
        granted = cast("models.role.Role", self).granted
        return [permission for permission in Permission if permission in granted]

    @strawberry.field(description="How many users have it.")
    async def user_count(self, info: Info) -> int:
        platform_id = info.context.signed_in.user.platform_id
        counts: dict[Any, int] = await info.context.once("users by role", lambda: users_by_role(platform_id))
        return counts.get(cast("models.role.Role", self).id, 0)

    @strawberry.field(
        description="Whether the viewer may give this role to somebody: nobody grants more than they hold."
    )
    def assignable(self, info: Info) -> bool:
        return policy.assignable(info.context.signed_in, cast("models.role.Role", self))
