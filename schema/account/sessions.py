"""Sessions, and `revokeSession`"""

from datetime import datetime
from typing import ClassVar, cast

import strawberry
from tortoise import Model

import models.session
from schema.context import Info
from schema.ids import id_or_nothing
from schema.node import Node
from schema.users.payload import UserPayload
from services.own_account import revoke_session as revoke
from services.refusals import NotFound


@strawberry.type(description="A signed-in browser or program.")
class Session(Node):
    row_type: ClassVar[type[Model]] = models.session.Session
    created_at: datetime = strawberry.field(description="When it began.")
    last_seen_at: datetime = strawberry.field(description="When the last request came with it, to the minute.")
    ip_address: str | None = strawberry.field(description="The address from which it began.")
    user_agent: str | None = strawberry.field(description="What the browser or program calls itself.")

    @strawberry.field(description="When it ends without another request.")
    def expires_at(self, info: Info) -> datetime:
        return cast("models.session.Session", self).expires_at(info.context.signed_in.platform)

    @strawberry.field(description="Whether this request came with it.")
    def current(self, info: Info) -> bool:
        return cast("models.session.Session", self).id == info.context.signed_in.session.id


@strawberry.input(description="The session that is to end.")
class RevokeSessionInput:
    id: strawberry.ID = strawberry.field(description="The session's global id.")


async def revoke_session(info: Info, input: RevokeSessionInput) -> UserPayload:
    actor, session_id = info.context.signed_in, id_or_nothing("Session", input.id)
    if session_id is None:
        raise NotFound("There is no such session.", field="id")
    owner = await revoke(actor, session_id, now=info.context.now)
    return await UserPayload.of(info, owner.id)
