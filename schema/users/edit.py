"""`editUser`"""

import strawberry

from schema.context import Info
from schema.given import given
from schema.users.payload import UserPayload, target_id
from services.editing import edit_user as edit


@strawberry.input(description="What is to be changed: absent stays as it is, null is cleared.")
class EditUserInput:
    id: strawberry.ID = strawberry.field(description="The user's global id.")
    first_name: strawberry.Maybe[str | None] = strawberry.field(description="The given name; cannot be cleared.")
    last_name: strawberry.Maybe[str | None] = strawberry.field(description="The family name; cannot be cleared.")
    phone_number: strawberry.Maybe[str | None] = strawberry.field(description="With the country code; null clears it.")
    timezone: strawberry.Maybe[str | None] = strawberry.field(description="Null goes back to the platform's.")
    expected_version: int | None = strawberry.field(
        description="The `version` that was read; a newer one is STALE_VERSION.", default=None
    )


async def edit_user(info: Info, input: EditUserInput) -> UserPayload:
    user = await edit(
        info.context.signed_in,
        target_id(input.id),
        now=info.context.now,
        first_name=given(input.first_name),
        last_name=given(input.last_name),
        phone_number=given(input.phone_number),
        timezone=given(input.timezone),
        expected_version=input.expected_version,
    )
    return await UserPayload.of(info, user.id)
