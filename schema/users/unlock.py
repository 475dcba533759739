"""`unlockUser`"""

from schema.context import Info
from schema.users.payload import UserInput, UserPayload, target_id
from services.lifecycle import unlock_user as unlock


async def unlock_user(info: Info, input: UserInput) -> UserPayload:
    user = await unlock(info.context.signed_in, target_id(input.id), now=info.context.now)
    return await UserPayload.of(info, user.id)
