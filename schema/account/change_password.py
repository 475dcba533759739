"""`changePassword`"""

import strawberry

from schema.context import Info
from schema.users.payload import UserPayload
from services.own_account import change_password as change


@strawberry.input(description="The own password and its successor.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="A wrong one counts like a failed sign-in.")
    new_password: str = strawberry.field(description="As long as the platform's policy asks; at most 128 characters.")


async def change_password(info: Info, input: ChangePasswordInput) -> UserPayload:
    context = info.context
    user = await change(
        context.signed_in, input.current_password, input.new_password, now=context.now, hasher=context.tools.hasher
    )
    return await UserPayload.of(info, user.id)
