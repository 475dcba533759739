"""`verifyMfa`"""

import strawberry

from schema.account.signing_in import SignInPayload, sign_in_payload
from schema.context import Info
from services.mfa import verify_mfa as verify


@strawberry.input(description="The answer to a challenge of kind MFA_CODE.")
class VerifyMfaInput:
    challenge_token: str = strawberry.field(description="The `token` of the challenge that this answers.")
    code: str = strawberry.field(
        description="Six digits of the authenticator app, or a recovery code; "
        "spaces, dashes and letter case do not matter."
    )


async def verify_mfa(info: Info, input: VerifyMfaInput) -> SignInPayload:
    context = info.context
    outcome = await verify(
        context.origin, input.challenge_token, input.code, now=context.now, vault=context.tools.vault
    )
    return await sign_in_payload(info, outcome)
