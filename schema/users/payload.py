"""The payload of every mutation of one user."""

from typing import Self
from uuid import UUID

import strawberry

from schema.context import Info
from schema.ids import id_or_nothing
from schema.payloads import MutationPayload, as_error
from schema.users.types import User, shown
from services.refusals import NotFound, Refusal, StaleVersion
from services.visibility import WHOLE, visible_to


@strawberry.input(description="The user whom it is about.")
class UserInput:
    id: strawberry.ID = strawberry.field(description="The user's global id.")


@strawberry.type(description="What became of a user.")
class UserPayload(MutationPayload):
    user: User | None = strawberry.field(
        description="The user as it now is; with STALE_VERSION too; null where there is none to show.", default=None
    )

    @classmethod
    async def refused(cls, info: Info, refusals: list[Refusal]) -> Self:
        stale = next((refusal.user_id for refusal in refusals if isinstance(refusal, StaleVersion)), None)
        user = await _whole(info, stale) if stale else None
        return cls(user=user, errors=[as_error(refusal) for refusal in refusals])

    @classmethod
    async def of(cls, info: Info, user_id: UUID) -> Self:
        """The user, read again after the change."""
        return cls(user=await _whole(info, user_id))


def target_id(id: strawberry.ID) -> UUID:
    """The user that an input names. Raises NotFound for whatever is not a user's id."""
    found = id_or_nothing("User", id)
    if found is None:
        raise NotFound("There is no such user.", field="id")
    return found


async def _whole(info: Info, user_id: UUID) -> User | None:
    return shown(await visible_to(info.context.signed_in).filter(id=user_id).select_related(*WHOLE).first())
