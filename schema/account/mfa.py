"""`disableMfa` and `regenerateRecoveryCodes`"""

import strawberry

from schema.context import Info
from schema.payloads import MutationPayload
from schema.users.payload import UserPayload
from services import mfa


@strawberry.input(description="The own password, to show that it is really you.")
class ConfirmPasswordInput:
    password: str = strawberry.field(description="A wrong one counts like a failed sign-in.")


@strawberry.type(description="A new set of recovery codes; the old one is dead.")
class RecoveryCodesPayload(MutationPayload):
    recovery_codes: list[str] | None = strawberry.field(description="Ten codes; shown this once.", default=None)


async def disable_mfa(info: Info, input: ConfirmPasswordInput) -> UserPayload:
    context = info.context
    user = await mfa.disable_mfa(context.signed_in, input.password, now=context.now, hasher=context.tools.hasher)
    return await UserPayload.of(info, user.id)


async def regenerate_recovery_codes(info: Info, input: ConfirmPasswordInput) -> RecoveryCodesPayload:
    context = info.context
    codes = await mfa.regenerate_recovery_codes(
        context.signed_in, input.password, now=context.now, hasher=context.tools.hasher
    )
    return RecoveryCodesPayload(recovery_codes=codes)
