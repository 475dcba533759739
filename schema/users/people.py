"""Users that other records name, as an inviter, an actor or a target: all of a list's in one statement."""

from functools import partial
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from models.user import User
from schema.context import Info
from services.actor import Actor
from services.directory import find_users
from services.policy import require_seeing


async def person(info: Info, user_id: UUID | None) -> User | None:
    """The whole row; None where the account is gone. Raises Forbidden for another user without USERS_READ."""
    if user_id is None:
        return None
    actor = info.context.signed_in
    require_seeing(actor, user_id)
    people = await info.context.once("people", partial(_loader, actor))
    found: User | None = await people.load(user_id)
    return found


async def _loader(actor: Actor) -> DataLoader[Any, Any]:
    return DataLoader(load_fn=partial(find_users, actor))
