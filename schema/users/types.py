"""The user. Fields without a resolver are read from the row, whose attributes have the same names."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar, cast

import strawberry
from tortoise import Model

import models.user
from models.attention import alerts_under
from models.status import status_of
from schema.audit.types import AuditEventConnection
from schema.context import Info
from schema.enums import UserStatus
from schema.errors import BadUserInput
from schema.node import Node
from schema.pages import After, First
from schema.platform.types import Platform, Role
from schema.rows import asks_what_is_selected, card, judged, needs, of_row, selects
from schema.scalars import URL, EmailAddress, PhoneNumber, TimeZone
from schema.users import attention, security
from schema.users import invitation as invitations
from services.events import list_history
from services.paging import PageArguments
from services.sessions import list_sessions

if TYPE_CHECKING:
    from schema.account.sessions import Session

NAMES = needs("first_name", "last_name")
STATE = ("disabled_at", "activated_at")
ATTENTION = (
    *("email", "failed_sign_ins", "last_login_at", "locked_at", "password_changed_at", "totp_confirmed_at"),
    *("invitation__id", "invitation__expires_at"),
    *("invitation__mail__id", "invitation__mail__state", "invitation__mail__created_at"),
)
INVITATION = tuple(f"invitation__{column}" for column in ("id", "sent_at", "expires_at", "times_sent", "invited_by_id"))
MAIL = tuple(
    f"invitation__mail__{column}" for column in ("id", "state", "attempts", "last_error", "sent_at", "created_at")
)

SMALLEST_AVATAR, USUAL_AVATAR, LARGEST_AVATAR = 16, 80, 512


@strawberry.type(description="A person who signs in to the platform's dashboard.")
class User(Node):
    row_type: ClassVar[type[Model]] = models.user.User
    email: EmailAddress = strawberry.field(description="The sign-in name.")
    first_name: str = strawberry.field(description="The given name.")
    last_name: str = strawberry.field(description="The family name, by which `search` finds.")
    full_name: str = strawberry.field(description="First and last name.", metadata=NAMES)
    initials: str = strawberry.field(description="One or two letters, for an avatar without a picture.", metadata=NAMES)
    phone_number: PhoneNumber | None = strawberry.field(description="Null where none is known.")
    timezone: TimeZone = strawberry.field(description="In which the dashboard shows this user times.")
    role: Role = strawberry.field(description="What the user may do.")
    last_login_at: datetime | None = strawberry.field(description="Null: never signed in.")
    disabled_at: datetime | None = strawberry.field(description="Null unless disabled.")
    disabled_reason: str | None = strawberry.field(description="What was given as the reason; null without one.")
    created_at: datetime = strawberry.field(description="When the user was added.")
    updated_at: datetime = strawberry.field(description="When the user was last changed.")
    version: int = strawberry.field(
        description="Rises by one with every change; `expectedVersion` compares against it."
    )

    @strawberry.field(description="The platform that the user belongs to, for good.", metadata=needs())
    def platform(self, info: Info) -> Platform:
        return cast("Platform", info.context.signed_in.platform)

    @strawberry.field(
        metadata=needs("email_key", "first_name", "last_name"),
        description="A square picture of `size` pixels (16 to 512): initials on a colour of the person's own, drawn by "
        "this server; Gravatar where the settings say so; null where avatars are switched off.",
    )
    def avatar_url(
        self,
        info: Info,
        size: Annotated[int | None, strawberry.argument(description="Pixels of each side.")] = USUAL_AVATAR,
    ) -> URL | None:
        size = USUAL_AVATAR if size is None else size
        if not SMALLEST_AVATAR <= size <= LARGEST_AVATAR:
            raise BadUserInput(f"`size` must be between {SMALLEST_AVATAR} and {LARGEST_AVATAR}.")
        url = info.context.tools.avatar_url(_row(self), size)
        return URL(url) if url else None

    status: UserStatus = of_row(status_of, *STATE, description="Where the account stands.")
    mfa: security.MfaStatus = card(description="The second factor.")
    sso: security.SsoStatus = card(description="The link to an identity provider.")
    password: security.PasswordStatus = card(description="Whether one is set, and how old it may grow.")
    lockout: security.Lockout | None = judged(
        security.lockout, "locked_at", "failed_sign_ins", description="Null while the account is not locked."
    )
    alerts: list[attention.Alert] = judged(
        alerts_under,
        *STATE,
        *ATTENTION,
        description="What needs attention, most severe first; the same here, in lists and in filters.",
    )

    @strawberry.field(description="Null once the account has been set up.", metadata=needs(*INVITATION, *MAIL))
    def invitation(self, info: Info) -> invitations.Invitation | None:
        return invitations.invitation(_row(self).invitation, info.context.now)

    @strawberry.field(
        metadata=needs(),
        description="Live sessions, newest first: the viewer's own, or anybody's with USERS_SECURITY; otherwise null, "
        "and a FORBIDDEN error.",
    )
    async def sessions(
        self, info: Info
    ) -> list[Annotated["Session", strawberry.lazy("schema.account.sessions")]] | None:
        return cast("list[Session]", await list_sessions(info.context.signed_in, _row(self), info.context.now))

    @strawberry.field(
        metadata=needs(),
        description="What was done to this account or by it, newest first. Needs AUDIT_READ, except on oneself; "
        "otherwise null, and a FORBIDDEN error.",
    )
    async def history(self, info: Info, first: First = None, after: After = None) -> AuditEventConnection | None:
        arguments = PageArguments(first=first, after=after)
        return AuditEventConnection(page=await list_history(info.context.signed_in, _row(self), arguments))

    @strawberry.field(
        metadata=needs(*STATE, "locked_at", "totp_confirmed_at", "role__id", "role__permissions")
        | asks_what_is_selected(),
        description="Every management action: whether the viewer may take it on this user now, if not, why, and "
        "whether it has something to do. The mutations ask the same rules.",
    )
    async def viewer_actions(self, info: Info) -> list[attention.ViewerAction]:
        return await attention.viewer_actions(_row(self), info.context, with_sessions=selects(info, "applicable"))


def _row(user: User) -> models.user.User:
    return cast("models.user.User", user)


def shown(row: models.user.User | None) -> User | None:
    """A whole row as GraphQL's user: resolvers read the row itself."""
    return cast("User | None", row)
