"""Which rows a change locks, and in which order, so that no two changes can wait for each other.

The platform first, where its administration is at stake; then users, by id; then what hangs on them. The locks are
NO KEY ones: whoever only refers to a row, as an audit event does to its platform, need not wait.
"""

from copy import copy
from dataclasses import replace
from uuid import UUID

from models.any_of import AnyOf
from models.platform import Platform
from models.role import Role
from models.status import UserStatus, status_of
from models.user import User
from services.actor import Actor
from services.refusals import Forbidden
from services.visibility import users_of


async def lock_platform(actor: Actor) -> Platform:
    """The actor's platform; two changes of its administration queue up here."""
    return await Platform.filter(id=actor.user.platform_id).select_for_update(no_key=True).get()


async def lock_users(platform_id: UUID, *ids: UUID) -> dict[UUID, User]:
    """The users of the platform with these ids, as they now are; who is gone is left out."""
    rows = users_of(platform_id).filter(AnyOf("id", ids)).order_by("id")
    return {user.id: user for user in await rows.select_for_update(no_key=True)}


async def lock_actor(actor: Actor, *others: UUID) -> tuple[Actor, dict[UUID, User]]:
    """The actor as of now, and the other users: what the request knew of them may be out of date.

    Raises Forbidden where the actor was disabled or deleted since the request began.
    """
    users = await lock_users(actor.user.platform_id, actor.id, *others)
    fresh = copy(users[actor.id]) if actor.id in users else None
    if fresh is None:
        raise Forbidden("Your account was deleted in the meantime.")
    if status_of(fresh) is not UserStatus.ACTIVE:
        raise Forbidden("Your account was disabled in the meantime.")
    fresh.platform, fresh.role = actor.platform, await Role.get(id=fresh.role_id)
    return replace(actor, user=fresh), users
