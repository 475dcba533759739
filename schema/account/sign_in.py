"""`signIn`, and what every step of signing in answers."""

from datetime import datetime

import strawberry

from schema.context import Info
from schema.payloads import MutationPayload
from schema.users.types import User, shown
from services.sessions import Started
from services.signing_in import sign_in as start
from services.visibility import WHOLE, account


@strawberry.type(description="A session that has just begun.")
class StartedSession:
    token: str = strawberry.field(description="Send it as `Authorization: Bearer <token>`; shown this once.")
    expires_at: datetime = strawberry.field(description="When it ends without another request.")
    user: User = strawberry.field(description="Who is signed in.")


@strawberry.type(description="Either a session, or a challenge that another mutation answers, or errors.")
class SignInPayload(MutationPayload):
    session: StartedSession | None = strawberry.field(description="Null where nobody is signed in yet.", default=None)


@strawberry.input(description="Who signs in.")
class SignInInput:
    email: str = strawberry.field(description="The sign-in name; letter case does not matter.")
    password: str = strawberry.field(description="The password.")


async def sign_in(info: Info, input: SignInInput) -> SignInPayload:
    context = info.context
    started = await start(context.origin, input.email, input.password, now=context.now, hasher=context.tools.hasher)
    return await signed_in(info, started)


async def signed_in(info: Info, started: Started) -> SignInPayload:
    """The payload of a completed sign-in; the rest of the answer is resolved as the one who signed in."""
    user = await account(started.user.id).select_related(*WHOLE).get()
    info.context.act_as(user, started.session)
    return SignInPayload(
        session=StartedSession(
            token=started.token,
            expires_at=started.session.expires_at(user.platform),
            user=shown(user),  # type: ignore[arg-type]
        )
    )
