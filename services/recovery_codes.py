"""Single-use codes that stand in for a lost authenticator."""

import secrets
from uuid import UUID, uuid4

from tortoise.functions import Count

from models.recovery_code import RecoveryCode
from models.text import clean_code
from services.tokens import token_hash

HOW_MANY = 10
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 letters and digits that nobody mistakes for each other: five bits each."""
GROUPS, GROUP_LETTERS = 4, 4
"""80 bits."""


async def replace_recovery_codes(user_id: UUID) -> list[str]:
    """A new set, which exists in the clear only here; the old one is gone. In the caller's transaction."""
    codes = [_new_code() for _ in range(HOW_MANY)]
    await RecoveryCode.filter(user_id=user_id).delete()
    await RecoveryCode.bulk_create(
        [RecoveryCode(id=uuid4(), user_id=user_id, code_hash=token_hash(clean_code(code))) for code in codes]
    )
    return codes


async def use_recovery_code(user_id: UUID, code: str) -> bool:
    """Uses a code up; False where the user has no such code any more. One of two at once wins."""
    return bool(await RecoveryCode.filter(user_id=user_id, code_hash=token_hash(clean_code(code))).delete())


async def recovery_codes_left(user_ids: list[UUID]) -> list[int]:
    """How many unused codes each of the users has, in the order asked; one statement."""
    counted = (
        await RecoveryCode.filter(user_id__in=user_ids)
        .annotate(left=Count("id"))
        .group_by("user_id")
        .values_list("user_id", "left")
    )
    left = {UUID(str(user_id)): number for user_id, number in counted}
    return [left.get(user_id, 0) for user_id in user_ids]


def _new_code() -> str:
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP_LETTERS)]
    return "-".join("".join(letters[at : at + GROUP_LETTERS]) for at in range(0, len(letters), GROUP_LETTERS))
