"""`sendPasswordReset`"""

from schema.context import Info
from schema.users.payload import UserInput, UserPayload, target_id
from services import resets


async def send_password_reset(info: Info, input: UserInput) -> UserPayload:
    user = await resets.send_password_reset(
        info.context.signed_in, target_id(input.id), now=info.context.now, vault=info.context.tools.vault
    )
    return await UserPayload.of(info, user.id)
