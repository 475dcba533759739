"""`addRole`, `editRole` and `deleteRole`"""

from typing import cast
from uuid import UUID

import strawberry

from schema.context import Info
from schema.enums import Permission
from schema.ids import id_or_nothing
from schema.payloads import MutationPayload
from schema.platform.types import Role
from services import roles
from services.refusals import NotFound


@strawberry.input(description="A new role and what it allows.")
class AddRoleInput:
    name: str = strawberry.field(description="Unique on the platform; at most 100 characters.")
    permissions: list[Permission] = strawberry.field(description="Only what the viewer holds.")
    description: str | None = strawberry.field(description="What it is for; at most 500 characters.", default=None)


@strawberry.input(description="What is to be changed of a role; absent and null stay as they are.")
class EditRoleInput:
    id: strawberry.ID = strawberry.field(description="The role's global id.")
    name: str | None = strawberry.field(description="Unique on the platform; at most 100 characters.", default=None)
    description: str | None = strawberry.field(description="What it is for; at most 500 characters.", default=None)
    permissions: list[Permission] | None = strawberry.field(
        description="All that the role allows from now on; only what the viewer holds.", default=None
    )


@strawberry.input(description="The role that is to go.")
class DeleteRoleInput:
    id: strawberry.ID = strawberry.field(description="The role's global id.")


@strawberry.type(description="What became of a role.")
class RolePayload(MutationPayload):
    role: Role | None = strawberry.field(description="The role as it now is.", default=None)


@strawberry.type(description="What became of a role that was to be deleted.")
class DeleteRolePayload(MutationPayload):
    deleted_role_id: strawberry.ID | None = strawberry.field(description="The id that no longer exists.", default=None)


async def add_role(info: Info, input: AddRoleInput) -> RolePayload:
    role = await roles.add_role(
        info.context.signed_in, input.name, input.permissions, description=input.description, now=info.context.now
    )
    return RolePayload(role=cast("Role", role))


async def edit_role(info: Info, input: EditRoleInput) -> RolePayload:
    role = await roles.edit_role(
        info.context.signed_in,
        _role_id(input.id),
        name=input.name,
        description=input.description,
        permissions=input.permissions,
        now=info.context.now,
    )
    return RolePayload(role=cast("Role", role))


async def delete_role(info: Info, input: DeleteRoleInput) -> DeleteRolePayload:
    await roles.delete_role(info.context.signed_in, _role_id(input.id), now=info.context.now)
    return DeleteRolePayload(deleted_role_id=input.id)


def _role_id(id: strawberry.ID) -> UUID:
    found = id_or_nothing("Role", id)
    if found is None:
        raise NotFound("There is no such role.", field="id")
    return found
