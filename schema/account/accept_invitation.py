"""`acceptInvitation`"""

import strawberry

from schema.account.signing_in import SignInPayload, sign_in_payload
from schema.context import Info
from services.accepting import accept_invitation as accept


@strawberry.input(description="The link of an invitation and a password of one's own.")
class AcceptInvitationInput:
    token: str = strawberry.field(description="The `token` in the address that the mail links to.")
    password: str = strawberry.field(description="As long as the platform's policy asks; at most 128 characters.")


async def accept_invitation(info: Info, input: AcceptInvitationInput) -> SignInPayload:
    context = info.context
    outcome = await accept(context.origin, input.token, input.password, now=context.now, hasher=context.tools.hasher)
    return await sign_in_payload(info, outcome)
