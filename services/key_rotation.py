"""Changing the server's secret key: everything that is sealed is sealed again under the first key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from models.mail import Mail
from services.vault import Vault
from services.visibility import everybody

AT_ONCE = 500
LOWEST_ID = UUID(int=0)

SEALED: tuple[tuple[Callable[[], QuerySet[Any]], str], ...] = (
    (everybody, "totp_secret"),
    (everybody, "totp_pending_secret"),
    (Mail.all, "sealed_token"),
)
"""Every column that holds a sealed secret, with its rows."""


@dataclass
class Resealing:
    """How many secrets were sealed anew, and how many no key opens."""

    resealed: int = 0
    unopened: int = 0


async def count_sealed() -> int:
    """All secrets that are stored."""
    return sum([await rows().filter(**{f"{column}__isnull": False}).count() for rows, column in SEALED])


async def reseal_everything(vault: Vault, progress: Callable[[int], None] = lambda done: None) -> Resealing:
    """A row that changes meanwhile keeps its new value: whoever changed it sealed that under the first key.

    `progress` hears how many secrets were looked at so far.
    """
    result = Resealing()
    for rows, column in SEALED:
        last: UUID | None = LOWEST_ID
        while last is not None:
            last = await _reseal_batch(vault, rows, column, last, result)
            progress(result.resealed + result.unopened)
    return result


async def unopenable(vault: Vault, *, sample: int = 100) -> tuple[int, int]:
    """Of at most `sample` secrets of each kind: how many there are, and how many of them no key opens."""
    found = [
        sealed
        for rows, column in SEALED
        for sealed in await rows().filter(**{f"{column}__isnull": False}).limit(sample).values_list(column, flat=True)
    ]
    return len(found), sum(not _opens(vault, str(sealed)) for sealed in found)


async def _reseal_batch(
    vault: Vault, rows: Callable[[], QuerySet[Any]], column: str, after: UUID, result: Resealing
) -> UUID | None:
    """The last id seen, or None after the last batch."""
    async with in_transaction():
        sealed = rows().filter(id__gt=after, **{f"{column}__isnull": False}).order_by("id").limit(AT_ONCE)
        batch = await sealed.values_list("id", column)
        for id, old in batch:
            if _opens(vault, old):
                result.resealed += await rows().filter(id=id, **{column: old}).update(**{column: vault.reseal(old)})
            else:
                result.unopened += 1
    return batch[-1][0] if batch else None


def _opens(vault: Vault, sealed: str) -> bool:
    try:
        vault.open(sealed)
    except ValueError:
        return False
    return True
