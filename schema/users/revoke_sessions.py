"""`revokeUserSessions`"""

from schema.context import Info
from schema.users.payload import UserInput, UserPayload, target_id
from services import lifecycle


async def revoke_user_sessions(info: Info, input: UserInput) -> UserPayload:
    user = await lifecycle.revoke_user_sessions(info.context.signed_in, target_id(input.id), now=info.context.now)
    return await UserPayload.of(info, user.id)
