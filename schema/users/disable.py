"""`disableUser`"""

import strawberry

from schema.context import Info
from schema.given import given
from schema.users.payload import UserPayload, target_id
from services.lifecycle import disable_user as disable


@strawberry.input(description="A user to be shut out.")
class DisableUserInput:
    id: strawberry.ID = strawberry.field(description="The user's global id.")
    reason: strawberry.Maybe[str | None] = strawberry.field(
        description="For the colleagues; at most 500 characters. A reason given for a user who is disabled already "
        "replaces the old one; null or a blank reason removes it; absent leaves it as it is."
    )


async def disable_user(info: Info, input: DisableUserInput) -> UserPayload:
    context = info.context
    user = await disable(context.signed_in, target_id(input.id), reason=given(input.reason), now=context.now)
    return await UserPayload.of(info, user.id)
