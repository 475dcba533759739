"""`changeUserEmail`"""

import strawberry

from schema.context import Info
from schema.users.payload import UserPayload, target_id
from services.editing import change_user_email as change


@strawberry.input(description="A new sign-in name for a user.")
class ChangeUserEmailInput:
    id: strawberry.ID = strawberry.field(description="The user's global id.")
    email: str = strawberry.field(description="No other account of any platform may have it.")
    expected_version: int | None = strawberry.field(
        description="The `version` that was read; a newer one is STALE_VERSION.", default=None
    )


async def change_user_email(info: Info, input: ChangeUserEmailInput) -> UserPayload:
    user = await change(
        info.context.signed_in,
        target_id(input.id),
        input.email,
        now=info.context.now,
        vault=info.context.tools.vault,
        special_domains=info.context.tools.special_domains,
        expected_version=input.expected_version,
    )
    return await UserPayload.of(info, user.id)
