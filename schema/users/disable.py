"""`disableUser`"""

import strawberry

from schema.context import Info
from schema.users.payload import UserPayload, target_id
from services.lifecycle import disable_user as disable


@strawberry.input(description="A user to be shut out.")
class DisableUserInput:
    id: strawberry.ID = strawberry.field(description="The user's global id.")
    reason: str | None = strawberry.field(description="For the colleagues; at most 500 characters.", default=None)


async def disable_user(info: Info, input: DisableUserInput) -> UserPayload:
    context = info.context
    user = await disable(context.signed_in, target_id(input.id), reason=input.reason, now=context.now)
    return await UserPayload.of(info, user.id)
