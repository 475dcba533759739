"""`addUser`"""

import strawberry

from schema.context import Info
from schema.ids import id_or_nothing
from schema.users.payload import UserPayload
from services.adding import NewUser
from services.adding import add_user as add


@strawberry.input(description="A user to be added and invited.")
class AddUserInput:
    first_name: str = strawberry.field(description="The given name; at most 100 characters.")
    last_name: str = strawberry.field(description="The family name; at most 100 characters.")
    email: str = strawberry.field(description="The sign-in name; no other account of any platform may have it.")
    role_id: strawberry.ID = strawberry.field(description="A role whose permissions the viewer holds.")
    phone_number: str | None = strawberry.field(description="With the country code.", default=None)
    timezone: str | None = strawberry.field(description="Default: the platform's.", default=None)
    idempotency_key: str | None = strawberry.field(
        description="A repeat with the same key and input within 24 hours returns the first answer and sends nothing.",
        default=None,
    )


async def add_user(info: Info, input: AddUserInput) -> UserPayload:
    new = NewUser(
        first_name=input.first_name,
        last_name=input.last_name,
        email=input.email,
        role_id=id_or_nothing("Role", input.role_id),
        phone_number=input.phone_number,
        timezone=input.timezone,
    )
    user = await add(
        info.context.signed_in,
        new,
        now=info.context.now,
        vault=info.context.tools.vault,
        special_domains=info.context.tools.special_domains,
        idempotency_key=input.idempotency_key,
    )
    return await UserPayload.of(info, user.id)
