"""What every step of signing in answers."""

from datetime import datetime
from typing import cast

import strawberry

from schema.context import Info
from schema.enums import ChallengeKind
from schema.payloads import MutationPayload
from schema.users.types import User
from services.challenges import Challenged
from services.sessions import Started
from services.visibility import WHOLE, account


@strawberry.type(description="A session that has just begun.")
class StartedSession:
    token: str = strawberry.field(description="Send it as `Authorization: Bearer <token>`; shown this once.")
    expires_at: datetime = strawberry.field(description="When it ends without another request.")
    user: User = strawberry.field(description="Who is signed in.")


@strawberry.type(description="A step that a sign-in still needs; good for five minutes and for this step only.")
class SignInChallenge:
    kind: ChallengeKind = strawberry.field(description="What is needed, and which mutation takes it.")
    token: str = strawberry.field(description="The mutation's `challengeToken`.")
    expires_at: datetime = strawberry.field(description="When the sign-in must begin anew.")


@strawberry.type(description="Either a session, or a challenge that another mutation answers, or errors.")
class SignInPayload(MutationPayload):
    session: StartedSession | None = strawberry.field(description="Null where nobody is signed in yet.", default=None)
    challenge: SignInChallenge | None = strawberry.field(description="Null where no step is missing.", default=None)


async def sign_in_payload(info: Info, outcome: Started | Challenged) -> SignInPayload:
    if isinstance(outcome, Challenged):
        return SignInPayload(challenge=as_challenge(outcome))
    return SignInPayload(session=await started_session(info, outcome))


def as_challenge(outcome: Challenged) -> SignInChallenge:
    return SignInChallenge(kind=outcome.kind, token=outcome.token, expires_at=outcome.expires_at)


async def started_session(info: Info, started: Started) -> StartedSession:
    """The new session; the rest of the answer is resolved as the one who signed in."""
    user = await account(started.user.id).select_related(*WHOLE).get()
    info.context.act_as(user, started.session)
    expires_at = started.session.expires_at(user.platform)
    return StartedSession(token=started.token, expires_at=expires_at, user=cast("User", user))
