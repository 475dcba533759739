"""The schema, put together: every root field and its words."""

from typing import Any

import strawberry
from graphql import GraphQLInputObjectType, GraphQLObjectType
from strawberry.schema.config import StrawberryConfig

from schema import nodes
from schema.account import (
    accept_invitation,
    change_password,
    mfa,
    mfa_enrollment,
    password_reset,
    replace_expired_password,
    sessions,
    sign_in,
    sign_out,
    verify_mfa,
)
from schema.audit import queries as audit_queries
from schema.audit.types import AuditEventConnection
from schema.node import Node
from schema.payloads import mutation
from schema.platform import edit_security_policy, roles
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
    reset_mfa,
    revoke_sessions,
    send_password_reset,
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
    audit_events: AuditEventConnection | None = strawberry.field(
        resolver=audit_queries.audit_events,
        description="What was done on the viewer's platform, newest first. "
        "Needs AUDIT_READ; otherwise null, and a FORBIDDEN error.",
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
        "Changes the sign-in name. Needs USERS_EDIT. An invited user's invitation goes to the new address "
        "and the old link dies; an active user is told at both addresses.",
    )
    change_user_role = mutation(
        change_role.change_user_role,
        "Gives a user another role, which counts from the next request on. Needs USERS_CHANGE_ROLE.",
    )
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
    send_password_reset = mutation(
        send_password_reset.send_password_reset, "Sends a link to choose a new password. Needs USERS_SECURITY."
    )
    reset_user_mfa = mutation(
        reset_mfa.reset_user_mfa, "Removes every MFA method and ends every session. Needs USERS_SECURITY."
    )
    revoke_user_sessions = mutation(
        revoke_sessions.revoke_user_sessions, "Ends every session of the user. Needs USERS_SECURITY."
    )

    sign_in = mutation(sign_in.sign_in, "The first step of every sign-in; works without a session.", guesses=True)
    verify_mfa = mutation(
        verify_mfa.verify_mfa,
        "Answers a challenge with a code of the authenticator app or a recovery code.",
        guesses=True,
    )
    replace_expired_password = mutation(
        replace_expired_password.replace_expired_password, "Answers a challenge with a new password.", guesses=True
    )
    accept_invitation = mutation(
        accept_invitation.accept_invitation,
        "Sets the first password with the link of an invitation, confirms the address and signs in.",
        guesses=True,
    )
    request_password_reset = mutation(
        password_reset.request_password_reset,
        "Sends a link to choose a new password, if the address is known; the answer never tells.",
        guesses=True,
    )
    reset_password = mutation(
        password_reset.reset_password,
        "Sets a new password with the link and ends every session; it does not sign in, and MFA stays.",
        guesses=True,
    )
    sign_out = mutation(sign_out.sign_out, "Ends the session that the request came with.")

    change_password = mutation(
        change_password.change_password,
        "Sets a new password with the old one, and ends every other session.",
        guesses=True,
    )
    begin_mfa_enrollment = mutation(
        mfa_enrollment.begin_mfa_enrollment,
        "Makes a secret for an authenticator app; nothing counts until it is confirmed. "
        "With a challenge of kind MFA_ENROLLMENT it works before a session exists.",
        guesses=True,
    )
    confirm_mfa_enrollment = mutation(
        mfa_enrollment.confirm_mfa_enrollment,
        "Switches MFA on with the app's first code and shows the recovery codes, this once.",
        guesses=True,
    )
    disable_mfa = mutation(
        mfa.disable_mfa,
        "Switches the own MFA off. Needs the password, and fails where the platform requires MFA.",
        guesses=True,
    )
    regenerate_recovery_codes = mutation(
        mfa.regenerate_recovery_codes, "Makes ten new codes; the old ones are dead. Needs the password.", guesses=True
    )
    revoke_session = mutation(
        sessions.revoke_session, "Ends one session: an own one, or another user's with USERS_SECURITY."
    )

    add_role = mutation(roles.add_role, "Makes a role. Needs ROLES_MANAGE, and every permission that the role gets.")
    edit_role = mutation(
        roles.edit_role,
        "Changes a role for all who have it. Needs ROLES_MANAGE, and every permission that the role had and gets.",
    )
    delete_role = mutation(roles.delete_role, "Deletes a role; fails while a user has it. Needs ROLES_MANAGE.")
    edit_security_policy = mutation(
        edit_security_policy.edit_security_policy, "Changes the platform's rules for accounts. Needs POLICY_MANAGE."
    )


def _is_one_of(type: Any, info: Any) -> bool | None:
    """Strawberry's own fails on lists and non-null types."""
    return type.is_one_of if isinstance(type, GraphQLInputObjectType) else None


def build_schema(**options: Any) -> strawberry.Schema:
    made = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS), **options)
    introspected = made._schema.type_map["__Type"]
    assert isinstance(introspected, GraphQLObjectType)
    introspected.fields["isOneOf"].resolve = _is_one_of
    return made


schema = build_schema()
