"""Reading the platform and its roles."""

from typing import cast

from schema.context import Info
from schema.platform.types import Platform, Role
from services.roles import list_roles


async def roles(info: Info) -> list[Role]:
    return cast("list[Role]", await list_roles(info.context.signed_in))


async def platform(info: Info) -> Platform:
    return cast("Platform", info.context.signed_in.platform)
