"""`editSecurityPolicy`"""

from typing import cast

import strawberry

from schema.context import Info
from schema.payloads import MutationPayload
from schema.platform.types import Platform
from services.security_policy import BOUNDS
from services.security_policy import edit_security_policy as edit

OFF = " 0 switches it off."


@strawberry.input(description="What is to be changed of the rules; absent and null stay as they are.")
class EditSecurityPolicyInput:
    lockout_threshold: int | None = strawberry.field(description="3 to 100 failures." + OFF, default=None)
    lockout_minutes: int | None = strawberry.field(
        description="1 to 1440 minutes; 0: until an administrator unlocks.", default=None
    )
    password_min_length: int | None = strawberry.field(
        description="15 to 64 characters; from 8 where MFA is required.", default=None
    )
    password_max_age_days: int | None = strawberry.field(description="1 to 3650 days." + OFF, default=None)
    mfa_required: bool | None = strawberry.field(description="Whether everybody needs MFA.", default=None)
    invitation_hours: int | None = strawberry.field(description="1 to 720 hours.", default=None)
    session_idle_minutes: int | None = strawberry.field(description="5 to 43200 minutes." + OFF, default=None)
    session_hours: int | None = strawberry.field(description="1 to 8760 hours." + OFF, default=None)
    dormant_after_days: int | None = strawberry.field(description="1 to 3650 days." + OFF, default=None)


@strawberry.type(description="What became of the platform.")
class PlatformPayload(MutationPayload):
    platform: Platform | None = strawberry.field(description="The platform as it now is.", default=None)


async def edit_security_policy(info: Info, input: EditSecurityPolicyInput) -> PlatformPayload:
    given = {name: value for name in BOUNDS if (value := getattr(input, name)) is not None}
    platform = await edit(info.context.signed_in, given, mfa_required=input.mfa_required, now=info.context.now)
    return PlatformPayload(platform=cast("Platform", platform))
