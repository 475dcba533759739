"""Guesses at passwords, codes and links: bounded by where they come from, and told to the server's figures."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from services.actor import Origin
from services.origin_limits import OriginLimit
from services.refusals import Denied, Refusal, refusals_in


@asynccontextmanager
async def guessing(
    limit: OriginLimit, origin: Origin, now: datetime, told: Callable[[str], None]
) -> AsyncIterator[None]:
    """For the guess inside. Raises RateLimited where too many from the same address were wrong.

    `told` hears how it ended: `right`; a Denial, or another refusal's code; `failed` where nothing was found out.
    """
    outcome = "failed"
    try:
        async with limit.counting(origin, now):
            yield
        outcome = "right"
    except (Refusal, ExceptionGroup) as error:
        outcome = next(map(_reason, refusals_in(error)), outcome)
        raise
    finally:
        told(outcome)


def _reason(refusal: Refusal) -> str:
    return refusal.denial.value if isinstance(refusal, Denied) else refusal.code.value
