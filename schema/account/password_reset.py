"""`requestPasswordReset` and `resetPassword`"""

import strawberry

from schema.context import Info
from schema.payloads import AcknowledgedPayload
from services import resets


@strawberry.input(description="Who has forgotten the password.")
class RequestPasswordResetInput:
    email: str = strawberry.field(description="The sign-in name.")


@strawberry.input(description="The link of a password reset and a new password.")
class ResetPasswordInput:
    token: str = strawberry.field(description="The `token` in the address that the mail links to.")
    new_password: str = strawberry.field(description="As long as the platform's policy asks; at most 128 characters.")


async def request_password_reset(info: Info, input: RequestPasswordResetInput) -> AcknowledgedPayload:
    context = info.context
    await resets.request_password_reset(context.origin, input.email, now=context.now, vault=context.tools.vault)
    return AcknowledgedPayload()


async def reset_password(info: Info, input: ResetPasswordInput) -> AcknowledgedPayload:
    context = info.context
    await resets.reset_password(
        context.origin, input.token, input.new_password, now=context.now, hasher=context.tools.hasher
    )
    return AcknowledgedPayload()
