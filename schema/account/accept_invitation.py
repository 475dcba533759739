"""`acceptInvitation`"""

import strawberry

from schema.account.sign_in import SignInPayload, signed_in
from schema.context import Info
from services.accepting import accept_invitation as accept


@strawberry.input(description="The link of an invitation and a password of one's own.")
class AcceptInvitationInput:
    token: str = strawberry.field(description="The `token` of the link.")
    password: str = strawberry.field(description="As long as the platform's policy asks.")


async def accept_invitation(info: Info, input: AcceptInvitationInput) -> SignInPayload:
    context = info.context
    started = await accept(context.origin, input.token, input.password, now=context.now, hasher=context.tools.hasher)
    return await signed_in(info, started)
