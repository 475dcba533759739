"""The schema, put together: every root field and its words."""

from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema import nodes
from schema.account import accept_invitation, sign_in, sign_out
from schema.node import Node
from schema.payloads import mutation
from schema.platform import queries as platform_queries
from schema.platform.types import Platform, Role
from schema.scalars import SCALARS
from schema.users import (
    add,
    change_email,
    change_role,
    delete,
    disable,
    edit,
    enable,
    queries,
    resend_invitation,
    unlock,
)
from schema.users.connection import UserConnection
from schema.users.types import User


@strawberry.type(description="Everything that can be read.")
class Query:
    viewer: User | None = strawberry.field(
        resolver=queries.viewer, description="The signed-in user; null without a valid session."
    )
    node: Node | None = strawberry.field(
        resolver=nodes.node, description="Any record by its global id; null where it does not exist for the viewer."
    )
    user: User | None = strawberry.field(
        resolver=queries.user, description="One user of the viewer's platform; null where there is none with this id."
    )
    users: UserConnection = strawberry.field(
        resolver=queries.users,
        description="The users of the viewer's platform, a page at a time.\n"
        "Give `first` (with `after`) or `last` (with `before`), 1 to 100 each; neither means `first: 25`.\n"
        "`offset` skips that many rows of the ordered, filtered list, for numbered pages; it excludes cursors.",
    )
    roles: list[Role] = strawberry.field(
        resolver=platform_queries.roles, description="The roles of the viewer's platform, by name."
    )
    platform: Platform = strawberry.field(
        resolver=platform_queries.platform, description="The platform that the viewer manages."
    )


@strawberry.type(description="Everything that can be done.")
class Mutation:
    add_user = mutation(add.add_user, "Adds a user with status INVITED and sends the invitation. Needs USERS_ADD.")
    edit_user = mutation(
        edit.edit_user,
        "Changes what is given, leaves what is not, clears what is null. Needs USERS_EDIT, except on oneself.",
    )
    change_user_email = mutation(
        change_email.change_user_email,
        "Needs USERS_EDIT. An invited user's invitation goes to the new address and the old link dies; "
        "an active user is told at both addresses.",
    )
    change_user_role = mutation(change_role.change_user_role, "Needs USERS_CHANGE_ROLE.")
    disable_user = mutation(
        disable.disable_user, "Status becomes INACTIVE and every session ends at once. Needs USERS_DISABLE."
    )
    enable_user = mutation(
        enable.enable_user,
        "Status returns to ACTIVE, or INVITED if the set-up was never completed; no session comes back. "
        "Needs USERS_DISABLE.",
    )
    unlock_user = mutation(unlock.unlock_user, "Lifts the lock and forgets the failed sign-ins. Needs USERS_SECURITY.")
    resend_invitation = mutation(
        resend_invitation.resend_invitation, "Sends a new invitation link; earlier ones die. Needs USERS_ADD."
    )
    delete_user = mutation(
        delete.delete_user, "Deletes the account and all that belongs to it, for good. Needs USERS_DELETE."
    )
    sign_in = mutation(sign_in.sign_in, "The first step of every sign-in; works without a session.")
    accept_invitation = mutation(
        accept_invitation.accept_invitation,
        "Sets the first password with the link of an invitation, confirms the address and signs in.",
    )
    sign_out = mutation(sign_out.sign_out, "Ends the session that the request came with.")


def build_schema(**options: Any) -> strawberry.Schema:
    return strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS), **options)


schema = build_schema()
