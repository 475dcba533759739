"""`signIn`"""

import strawberry

from schema.account.signing_in import SignInPayload, sign_in_payload
from schema.context import Info
from services.signing_in import sign_in as start


@strawberry.input(description="The sign-in name and password of somebody who signs in.")
class SignInInput:
    email: str = strawberry.field(
        description="The sign-in name; letter case does not matter, and the domain may be in Punycode."
    )
    password: str = strawberry.field(description="As the person typed it; nothing is trimmed.")


async def sign_in(info: Info, input: SignInInput) -> SignInPayload:
    context = info.context
    outcome = await start(context.origin, input.email, input.password, now=context.now, hasher=context.tools.hasher)
    return await sign_in_payload(info, outcome)
