"""`changeUserRole`"""

import strawberry

from schema.context import Info
from schema.ids import id_or_nothing
from schema.users.payload import UserPayload, target_id
from services.editing import change_user_role as change


@strawberry.input(description="Another role for a user.")
class ChangeUserRoleInput:
    id: strawberry.ID = strawberry.field(description="The user's global id.")
    role_id: strawberry.ID = strawberry.field(description="A role whose permissions the viewer holds.")
    expected_version: int | None = strawberry.field(
        description="The `version` that was read; a newer one is STALE_VERSION.", default=None
    )


async def change_user_role(info: Info, input: ChangeUserRoleInput) -> UserPayload:
    user = await change(
        info.context.signed_in,
        target_id(input.id),
        id_or_nothing("Role", input.role_id),
        now=info.context.now,
        expected_version=input.expected_version,
    )
    return await UserPayload.of(info, user.id)
