"""A right code that is sent several times at once is no guess."""

import asyncio
from uuid import uuid4

import pyotp
import pytest

from models.challenge import Challenge
from models.user import User
from services.tokens import token_hash
from tests.world import World

pytestmark = pytest.mark.anyio

VERIFY = """
mutation ($code: String!) {
  verifyMfa(input: {challengeToken: "t", code: $code}) { session { token } errors { code } }
}
"""


async def test_one_wins_and_the_others_count_for_nothing(world: World) -> None:
    platform, secret = await world.platform(lockout_threshold=3), pyotp.random_base32()
    sealed = {"totp_secret": world.vault.seal(secret), "totp_confirmed_at": world.clock.now}
    ada = await world.user(platform, **sealed)
    await Challenge.create(
        id=uuid4(), user_id=ada.id, kind="MFA_CODE", token_hash=token_hash("t"), created_at=world.clock.now
    )
    code, clients = pyotp.TOTP(secret).at(world.clock.now), [await world.client() for _ in range(5)]
    answers = [
        answer.data["verifyMfa"] for answer in await asyncio.gather(*(ask(VERIFY, code=code) for ask in clients))
    ]
    assert len([answer for answer in answers if answer["session"]]) == 1
    refused = [answer["errors"] for answer in answers if not answer["session"]]
    assert refused == [[{"code": "INVALID_TOKEN"}]] * 4
    fresh = await User.get(id=ada.id)
    assert (fresh.failed_sign_ins, fresh.locked_at) == (0, None)
