"""Challenges: single use, five minutes, good for the one step that they name."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import F

from models.challenge import LIFETIME, WRONG_CODES, Challenge, ChallengeKind
from models.user import User
from services.refusals import InvalidToken
from services.tokens import new_token, token_hash, typed_token_hash
from services.visibility import account

OVER = "This step of the sign-in is unknown, completed, out of date, or void after too many wrong codes; sign in again."
"""One sentence for all of them, so that nobody can tell which tokens exist."""


@dataclass(frozen=True)
class Challenged:
    """A sign-in that is not complete: `token` answers the challenge and exists only here."""

    kind: ChallengeKind
    token: str
    expires_at: datetime


async def challenge(user: User, kind: ChallengeKind, now: datetime) -> Challenged:
    token = new_token()
    row = await Challenge.create(
        id=uuid4(), user_id=user.id, kind=kind.value, token_hash=token_hash(token), created_at=now
    )
    return Challenged(kind, token, row.expires_at)


async def open_challenge(token: str, kind: ChallengeKind, now: datetime) -> tuple[Challenge, User]:
    """The challenge and its user, with role and platform. Raises InvalidToken for any other or dead one."""
    alive = Challenge.filter(created_at__gt=now - LIFETIME, wrong_codes__lt=WRONG_CODES)
    found = await alive.filter(token_hash=typed_token_hash(token), kind=kind.value).first()
    user = await account(found.user_id).select_related("role", "platform").first() if found else None
    if found is None or user is None or user.disabled_at is not None:
        raise InvalidToken(OVER, field="challenge_token")
    return found, user


async def count_code(row: Challenge) -> None:
    """Counts a code as wrong, atomically, before it is checked. Raises InvalidToken once five were."""
    if not await Challenge.filter(id=row.id, wrong_codes__lt=WRONG_CODES).update(wrong_codes=F("wrong_codes") + 1):
        raise InvalidToken(OVER, field="challenge_token")


async def is_open(row: Challenge) -> bool:
    """Whether nobody has answered it meanwhile."""
    return await Challenge.filter(id=row.id).exists()


async def answer(row: Challenge) -> None:
    """Uses the challenge up, in the transaction of what it opens. Raises InvalidToken where another request did."""
    if not await Challenge.filter(id=row.id).delete():
        raise InvalidToken(OVER, field="challenge_token")


async def void_challenges(user_id: UUID) -> None:
    """Ends half-done sign-ins: the password, the factors or the account have changed."""
    await Challenge.filter(user_id=user_id).delete()
