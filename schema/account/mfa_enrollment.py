"""`beginMfaEnrollment` and `confirmMfaEnrollment`"""

from typing import cast

import strawberry

from schema.account.signing_in import StartedSession, started_session
from schema.context import Context, Info
from schema.payloads import MutationPayload
from schema.scalars import URL
from schema.users.types import User
from services import mfa
from services.actor import Actor
from services.visibility import WHOLE, account


@strawberry.input(description="Who sets MFA up.")
class BeginMfaEnrollmentInput:
    challenge_token: str | None = strawberry.field(description="Only before a session exists.", default=None)


@strawberry.input(description="The first code of the authenticator app.")
class ConfirmMfaEnrollmentInput:
    code: str = strawberry.field(description="Six digits; spaces and dashes do not matter.")
    challenge_token: str | None = strawberry.field(description="Only before a session exists.", default=None)


@strawberry.type(description="A secret for an authenticator app; nothing counts until it is confirmed.")
class MfaEnrollmentPayload(MutationPayload):
    secret: str | None = strawberry.field(description="Base32, for typing in.", default=None)
    otpauth_uri: URL | None = strawberry.field(description="`otpauth://totp/…`, for a QR code.", default=None)


@strawberry.type(description="MFA is on.")
class MfaConfirmationPayload(MutationPayload):
    user: User | None = strawberry.field(description="The user as it now is.", default=None)
    recovery_codes: list[str] | None = strawberry.field(
        description="Ten single-use codes for a lost authenticator; shown this once.", default=None
    )
    session: StartedSession | None = strawberry.field(description="Where a challenge was answered.", default=None)


async def begin_mfa_enrollment(info: Info, input: BeginMfaEnrollmentInput) -> MfaEnrollmentPayload:
    context = info.context
    enrollment = await mfa.begin_enrollment(
        _who(context, input.challenge_token), now=context.now, vault=context.tools.vault
    )
    return MfaEnrollmentPayload(secret=enrollment.secret, otpauth_uri=URL(enrollment.uri))


async def confirm_mfa_enrollment(info: Info, input: ConfirmMfaEnrollmentInput) -> MfaConfirmationPayload:
    context = info.context
    enrolled = await mfa.confirm_enrollment(
        _who(context, input.challenge_token), input.code, context.origin, now=context.now, vault=context.tools.vault
    )
    session = await started_session(info, enrolled.signed_in) if enrolled.signed_in else None
    user = await account(enrolled.user.id).select_related(*WHOLE).get()
    return MfaConfirmationPayload(user=cast("User", user), recovery_codes=enrolled.recovery_codes, session=session)


def _who(context: Context, challenge_token: str | None) -> Actor | str:
    return challenge_token if challenge_token is not None else context.signed_in
