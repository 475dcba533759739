"""`replaceExpiredPassword`"""

import strawberry

from schema.account.signing_in import SignInPayload, sign_in_payload
from schema.context import Info
from services.own_account import replace_expired_password as replace


@strawberry.input(description="The answer to a challenge of kind PASSWORD_CHANGE.")
class ReplaceExpiredPasswordInput:
    challenge_token: str = strawberry.field(description="The `token` of the challenge that this answers.")
    new_password: str = strawberry.field(description="None of the last five.")


async def replace_expired_password(info: Info, input: ReplaceExpiredPasswordInput) -> SignInPayload:
    context = info.context
    outcome = await replace(
        context.origin, input.challenge_token, input.new_password, now=context.now, hasher=context.tools.hasher
    )
    return await sign_in_payload(info, outcome)
