"""`enableUser`"""

from schema.context import Info
from schema.users.payload import UserInput, UserPayload, target_id
from services.lifecycle import enable_user as enable


async def enable_user(info: Info, input: UserInput) -> UserPayload:
    user = await enable(info.context.signed_in, target_id(input.id), now=info.context.now)
    return await UserPayload.of(info, user.id)
