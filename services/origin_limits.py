"""Guessing from one address of origin: bounded over all accounts, in the database, so that all workers agree."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from models.origin_failure import OriginFailure
from models.unavailable import DatabaseUnavailable
from services.actor import Origin
from services.refusals import InvalidCode, InvalidCredentials, InvalidToken, RateLimited, Refusal, refusals_in

GUESSED_WRONG = (InvalidCredentials, InvalidCode, InvalidToken)


@dataclass(frozen=True)
class OriginLimit:
    """At most so many failures within the window. 0 switches it off."""

    failures: int = 100
    window: timedelta = timedelta(minutes=15)

    @asynccontextmanager
    async def counting(self, origin: Origin, now: datetime) -> AsyncIterator[None]:
        """Counts the guess inside as a failure before it is made, and takes it back unless it was a wrong one.

        So no more than the limit are made, however many come at once. Raises RateLimited instead.
        """
        customer = origin.customer
        if self.failures == 0 or customer is None:
            yield
            return
        failure = await OriginFailure.create(ip_address=customer, at=now)
        try:
            await self._admit(failure, now)
            yield
        except (Refusal, ExceptionGroup) as error:
            if not any(isinstance(refusal, GUESSED_WRONG) for refusal in refusals_in(error)):
                await _take_back(failure)
            raise
        except BaseException:  # a request that is cut short has guessed nothing
            await asyncio.shield(_take_back(failure))
            raise
        await _take_back(failure)

    async def _admit(self, failure: OriginFailure, now: datetime) -> None:
        others = OriginFailure.filter(ip_address=failure.ip_address, at__gt=now - self.window).exclude(id=failure.id)
        decisive = await others.order_by("-at").offset(self.failures - 1).limit(1)
        if decisive:
            raise RateLimited(retry_after=ceil((decisive[0].at + self.window - now).total_seconds()))


async def _take_back(failure: OriginFailure) -> None:
    """What was guessed right stays right where the database is busy: one failure too many is counted then."""
    with suppress(DatabaseUnavailable):
        await OriginFailure.filter(id=failure.id).delete()
