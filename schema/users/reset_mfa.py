"""`resetUserMfa`"""

from schema.context import Info
from schema.users.payload import UserInput, UserPayload, target_id
from services import mfa


async def reset_user_mfa(info: Info, input: UserInput) -> UserPayload:
    user = await mfa.reset_user_mfa(info.context.signed_in, target_id(input.id), now=info.context.now)
    return await UserPayload.of(info, user.id)
