"""A page of users, its total and its facets; each counted only when asked for."""

from functools import partial

import strawberry

import models.user
from schema.context import Info
from schema.enums import AlertType, UserStatus
from schema.pages import PageInfo, page_info
from schema.platform.types import Role
from schema.users.types import User
from services import facets
from services.directory import matching
from services.paging import Page
from services.roles import list_roles
from services.user_query import UserQuery


@strawberry.type(description="A user in a list, with its place there.")
class UserEdge:
    node: User = strawberry.field(description="The user in this place of the list.")
    cursor: str = strawberry.field(description="For `after` and `before`; good for the same order and filter only.")


@strawberry.type(description="How many users have a status.")
class StatusCount:
    status: UserStatus = strawberry.field(description="The status that is counted.")
    count: int = strawberry.field(description="How many have it.")


@strawberry.type(description="How many users have a role.")
class RoleCount:
    role: Role = strawberry.field(description="The role that is counted.")
    count: int = strawberry.field(description="How many have it.")


@strawberry.type(description="How many users have an alert.")
class AlertCount:
    type: AlertType = strawberry.field(description="The alert that is counted.")
    count: int = strawberry.field(description="How many have it.")


@strawberry.type(description="How many users each filter value would leave, the filter's own dimension left out.")
class UserFacets:
    query: strawberry.Private[UserQuery]

    @strawberry.field(description="By status; every status is there.")
    async def status(self, info: Info) -> list[StatusCount]:
        counted = await facets.count_by_status(info.context.signed_in, self.query, info.context.now)
        return [StatusCount(status=status, count=count) for status, count in counted.items()]

    @strawberry.field(description="How many have a second factor.")
    async def mfa_enabled(self, info: Info) -> int:
        return (await self._mfa(info))[True]

    @strawberry.field(description="How many have no second factor.")
    async def mfa_not_enabled(self, info: Info) -> int:
        return (await self._mfa(info))[False]

    @strawberry.field(description="By role; every role of the platform is there, by name.")
    async def roles(self, info: Info) -> list[RoleCount]:
        actor = info.context.signed_in
        counted = await facets.count_by_role(actor, self.query, info.context.now)
        return [RoleCount(role=role, count=counted.get(role.id, 0)) for role in await list_roles(actor)]  # type: ignore[arg-type]

    @strawberry.field(description="By alert; every alert is there.")
    async def alerts(self, info: Info) -> list[AlertCount]:
        counted = await facets.count_by_alert(info.context.signed_in, self.query, info.context.now)
        return [AlertCount(type=alert, count=count) for alert, count in counted.items()]

    async def _mfa(self, info: Info) -> dict[bool, int]:
        context = info.context
        count = partial(facets.count_by_mfa, context.signed_in, self.query, context.now)
        counted: dict[bool, int] = await context.once(f"mfa facet of {self.query}", count)
        return counted


@strawberry.type(description="A page of the platform's users.")
class UserConnection:
    query: strawberry.Private[UserQuery]
    page: strawberry.Private[Page[models.user.User]]

    @strawberry.field(description="The users of this page with their cursors.")
    def edges(self) -> list[UserEdge]:
        cursor_of = self.page.cursor_of
        return [UserEdge(node=row, cursor=cursor_of(row)) for row in self.page.rows]  # type: ignore[arg-type]

    @strawberry.field(description="The users of this page.")
    def nodes(self) -> list[User]:
        return list(self.page.rows)  # type: ignore[arg-type]

    @strawberry.field(description="Where this page lies in the list.")
    def page_info(self) -> PageInfo:
        return page_info(self.page)

    @strawberry.field(description="All users that match search and filter, on every page; counted only when asked for.")
    async def total_count(self, info: Info) -> int:
        return await (await matching(info.context.signed_in, self.query, info.context.now)).count()

    @strawberry.field(description="How many users each filter value would leave, the filter's own dimension left out.")
    def facets(self) -> UserFacets:
        return UserFacets(query=self.query)
