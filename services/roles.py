"""The roles of a platform."""

from uuid import UUID

from tortoise.functions import Count

from models.role import Role
from services.actor import Actor
from services.visibility import users_of


async def list_roles(actor: Actor) -> list[Role]:
    """The roles of the actor's platform, by name."""
    return await Role.filter(platform_id=actor.user.platform_id).order_by("name_key", "id")


async def find_role(actor: Actor, role_id: UUID) -> Role | None:
    return await Role.filter(platform_id=actor.user.platform_id, id=role_id).first()


async def users_by_role(platform_id: UUID) -> dict[UUID, int]:
    """How many users have each role; roles that nobody has are left out."""
    counted = (
        await users_of(platform_id).annotate(users=Count("id")).group_by("role_id").values_list("role_id", "users")
    )
    return {UUID(str(role_id)): users for role_id, users in counted}
