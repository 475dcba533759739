"""`resendInvitation`"""

from schema.context import Info
from schema.users.payload import UserInput, UserPayload, target_id
from services.invitations import resend_invitation as resend


async def resend_invitation(info: Info, input: UserInput) -> UserPayload:
    context = info.context
    user = await resend(context.signed_in, target_id(input.id), now=context.now, vault=context.tools.vault)
    return await UserPayload.of(info, user.id)
