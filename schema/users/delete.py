"""`deleteUser`"""

import strawberry

from schema.context import Info
from schema.ids import global_id
from schema.payloads import MutationPayload
from schema.users.payload import UserInput, target_id
from services.lifecycle import delete_user as delete


@strawberry.type(description="What became of an account that was to be deleted.")
class DeleteUserPayload(MutationPayload):
    deleted_user_id: strawberry.ID | None = strawberry.field(
        description="The id that no longer exists; null where nothing was deleted.", default=None
    )


async def delete_user(info: Info, input: UserInput) -> DeleteUserPayload:
    deleted = await delete(info.context.signed_in, target_id(input.id), now=info.context.now)
    return DeleteUserPayload(deleted_user_id=global_id("User", deleted))
