"""Strawberry and Tortoise as their manuals show them: resolvers over instances of models, the stock view, no caches.

It asks nobody who they are: that is for free here. `python -m bench.peers.naive PORT`
"""

import base64
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import orjson
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from strawberry.asgi import GraphQL
from tortoise.expressions import Q

import models.alerts
import models.attention
import models.platform
import models.status
import models.user
from models.database import opened

PLATFORM = UUID(os.environ.get("BENCH_PLATFORM", "00000000-0000-4000-8000-000000000000"))
UserStatus = strawberry.enum(models.status.UserStatus)
AlertType = strawberry.enum(models.alerts.AlertType)
policies: list[models.platform.Platform] = []


def global_id(type_name: str, id: UUID) -> strawberry.ID:
    return strawberry.ID(base64.urlsafe_b64encode(f"{type_name}:{id.hex}".encode()).decode().rstrip("="))


def row(user: object) -> Any:
    """What Strawberry calls `self` is the model's instance."""
    return user


def cursor_of(user: models.user.User) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([user.last_name_key, user.first_name_key, str(user.id)])).decode()


@strawberry.type
class Role:
    name: str

    @strawberry.field
    def id(self) -> strawberry.ID:
        return global_id("Role", row(self).pk)


@strawberry.type
class Mfa:
    enabled: bool


@strawberry.type
class Alert:
    type: AlertType  # type: ignore[valid-type]
    message: str


@strawberry.type
class User:
    email: str
    first_name: str
    last_name: str
    full_name: str
    phone_number: str | None
    timezone: str
    last_login_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int

    @strawberry.field
    def id(self) -> strawberry.ID:
        return global_id("User", row(self).pk)

    @strawberry.field
    def status(self) -> UserStatus:  # type: ignore[valid-type]
        return models.status.status_of(row(self))

    @strawberry.field
    def role(self) -> Role:
        return cast("Role", row(self).role)

    @strawberry.field
    def mfa(self) -> Mfa:
        return Mfa(enabled=models.status.has_mfa(row(self)))

    @strawberry.field
    def alerts(self) -> list[Alert]:
        return cast("list[Alert]", models.attention.alerts_of(row(self), policies[0], datetime.now(UTC)))


@strawberry.type
class UserEdge:
    node: User
    cursor: str


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class UserConnection:
    edges: list[UserEdge]
    page_info: PageInfo


@strawberry.input
class UserFilter:
    status: list[UserStatus] | None = None  # type: ignore[valid-type]


@strawberry.type
class Query:
    @strawberry.field
    async def users(self, first: int, filter: UserFilter) -> UserConnection:
        rows = models.user.User.filter(platform_id=PLATFORM).select_related("role", "invitation__mail")
        if filter.status is not None:
            rows = rows.filter(Q(*[models.status.STATUS_CONDITIONS[s] for s in filter.status], join_type=Q.OR))
        found = await rows.order_by("last_name_key", "first_name_key", "id").limit(first + 1)
        edges = [UserEdge(node=cast("User", user), cursor=cursor_of(user)) for user in found[:first]]
        info = PageInfo(
            has_next_page=len(found) > first,
            has_previous_page=False,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return UserConnection(edges=edges, page_info=info)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with opened(os.environ["BENCH_DATABASE_URL"], min_size=16, max_size=16):
        policies.append(await models.platform.Platform.get(id=PLATFORM))
        yield


app = Starlette(routes=[Mount("/graphql", GraphQL(strawberry.Schema(Query)))], lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="warning")
