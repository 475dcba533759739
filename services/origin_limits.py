"""Guessing from one address of origin: bounded over all accounts, in the database, so that all workers agree."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.origin_failure import OriginFailure
from services.actor import Origin
from services.refusals import InvalidCode, InvalidCredentials, InvalidToken, RateLimited, Refusal

GUESSED_WRONG = (InvalidCredentials, InvalidCode, InvalidToken)


@dataclass(frozen=True)
class OriginLimit:
    """At most so many failures within the window. 0 switches it off."""

    failures: int = 100
    window: timedelta = timedelta(minutes=15)

    async def admit(self, origin: Origin, now: datetime) -> None:
        """Raises RateLimited where this address has failed too often."""
        if self.failures == 0 or origin.ip_address is None:
            return
        recent = OriginFailure.filter(ip_address=origin.ip_address, at__gt=now - self.window)
        decisive = await recent.order_by("-at").offset(self.failures - 1).limit(1)
        if decisive:
            raise RateLimited(retry_after=int((decisive[0].at + self.window - now).total_seconds()) + 1)

    async def blame(self, origin: Origin, refusals: list[Refusal], now: datetime) -> None:
        """Notes a failure where something was guessed wrong."""
        if origin.ip_address is not None and any(isinstance(refusal, GUESSED_WRONG) for refusal in refusals):
            await OriginFailure.create(ip_address=origin.ip_address, at=now)
