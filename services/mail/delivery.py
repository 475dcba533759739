"""Delivering the outbox: rows are leased, sent outside any transaction, and marked.

SMTP knows no exactly-once: a crash between the server's 250 and our mark sends a mail twice, under one Message-ID.
"""

import asyncio
import random
import traceback
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from models.mail import Mail, MailKind, MailState
from services.actor import Origin
from services.audit import record
from services.clock import Clock, settled
from services.mail.kinds import LIFETIMES, lifetime
from services.mail.outcomes import Refused, TryLater
from services.mail.plain_text import as_error
from services.mail.render import MailSite, render
from services.mail.transport import Transport
from services.vault import Vault
from services.visibility import account

LEASE = timedelta(seconds=60)
ONE_TRY = timedelta(seconds=35)
"""The longest that a transport takes, with a reserve; a lease with less left is not used."""

AT_ONCE = 4
MARKING_PAUSES = (0.1, 0.5, 2.0, 5.0)
"""Seconds between tries to mark a mail while the database is away: an unmarked mail is sent again."""

IDLE_SECONDS = 1.0
LONGEST_OUTAGE_PAUSE = 30.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Delivery:
    """Any number of these may work on one outbox, in any number of processes."""

    transport: Transport
    site: MailSite
    vault: Vault
    clock: Clock

    async def run(self, wake: asyncio.Event | None, stop: asyncio.Event) -> None:
        """Delivers until `stop`; then finishes the mails in hand. `wake` spares a new mail the wait of a second."""
        await settled(self.clock, stop)
        outages = 0
        while not stop.is_set():
            if wake is not None:
                wake.clear()
            try:
                busy = await self.deliver_due(AT_ONCE)
                outages = 0
            except Exception as error:
                log.error("mail.delivery_interrupted", error=type(error).__name__)
                outages += 1
                await _first_of(stop, seconds=min(LONGEST_OUTAGE_PAUSE, 0.5 * 2 ** min(outages, 10)))
                continue
            if not busy:
                await _first_of(stop, wake, seconds=IDLE_SECONDS)

    async def deliver_due(self, limit: int = 20) -> int:
        """Tries what is due, `AT_ONCE` mails at a time, and says how many. Raises what the database raises."""
        tried = 0
        while tried < limit:
            mails = await self._lease(min(AT_ONCE, limit - tried))
            if not mails:
                break
            async with asyncio.TaskGroup() as tries:
                for mail in mails:
                    tries.create_task(self._deliver(mail))
            tried += len(mails)
        return tried

    async def _lease(self, limit: int) -> list[Mail]:
        now = self.clock()
        due = Mail.filter(state=MailState.QUEUED.value, due_at__lte=now)
        if not await due.exists():
            return []
        async with in_transaction():
            mails = await due.order_by("due_at").limit(limit).select_for_update(skip_locked=True)
            await Mail.filter(id__in=[mail.id for mail in mails]).update(attempts=F("attempts") + 1, due_at=now + LEASE)
        for mail in mails:
            mail.attempts, mail.due_at = mail.attempts + 1, now + LEASE
        return mails

    async def _deliver(self, mail: Mail) -> None:
        if self.clock() + ONE_TRY > mail.due_at:
            return
        try:
            await self._send(mail)
        except Refused as refusal:
            await self._give_up(mail, refusal.reason, "mail.refused")
        except TryLater as refusal:
            await self._postpone(mail, refusal.reason, refusal.__cause__)
        except Exception as error:
            log.error("mail.broken", error=type(error).__name__, where=_where(error), **_names(mail))
            await self._postpone(mail, f"The mail could not be prepared ({type(error).__name__}).", error)
        else:
            await self._mark(mail, state=MailState.SENT.value, sent_at=self.clock(), sealed_token=None)
            log.info("mail.sent", **_names(mail))

    async def _send(self, mail: Mail) -> None:
        life = LIFETIMES.get(mail.kind)
        if life is not None and self.clock() >= mail.created_at + life:
            raise Refused("The link inside ran out before the mail could be sent.")
        message = render(mail, vault=self.vault, site=self.site)
        await self.transport.send(message, mail.recipient)

    async def _postpone(self, mail: Mail, reason: str, cause: BaseException | None) -> None:
        now, end = self.clock(), mail.created_at + lifetime(mail.kind)
        detail = as_error(f"{type(cause).__name__}: {cause}", self._token(mail)) if cause else None
        if now >= end:
            await self._give_up(mail, reason, "mail.given_up", detail)
            return
        reason = as_error(reason, self._token(mail))
        due_at = min(end, now + pause_after(mail.attempts))
        await self._mark(mail, due_at=due_at, last_error=reason)
        log.warning("mail.retried", reason=reason, detail=detail, due_at=due_at.isoformat(), **_names(mail))

    async def _give_up(self, mail: Mail, reason: str, event: str, detail: str | None = None) -> None:
        reason = as_error(reason, self._token(mail))
        await self._mark(mail, state=MailState.FAILED.value, sealed_token=None, last_error=reason)
        log.warning(event, reason=reason, detail=detail, **_names(mail))

    async def _mark(self, mail: Mail, **columns: Any) -> None:
        """Writes what came of the try, unless another holder of the lease or a withdrawal has been there."""
        for pause in (*MARKING_PAUSES, None):
            try:
                await self._write(mail, columns)
                return
            except Exception as error:
                log.error("mail.unmarked", error=type(error).__name__, **_names(mail))
            if pause is not None:
                await asyncio.sleep(pause)

    async def _write(self, mail: Mail, columns: dict[str, Any]) -> None:
        """The user's row first, as in every change; an invitation that will never arrive is an event."""
        row = Mail.filter(id=mail.id, attempts=mail.attempts, state=MailState.QUEUED.value)
        if mail.kind != MailKind.INVITATION or columns.get("state") != MailState.FAILED:
            await row.update(**columns)
            return
        async with in_transaction():
            user = await account(mail.user_id).select_for_update(no_key=True).first()
            if user is not None and await row.update(**columns):
                await record(Origin(), "invitation.undeliverable", user, now=self.clock())

    def _token(self, mail: Mail) -> str:
        try:
            return self.vault.open(mail.sealed_token) if mail.sealed_token else ""
        except ValueError:
            return ""


def pause_after(attempts: int) -> timedelta:
    """5 to 10 seconds after the first try, twice that after each further one, at most 15 minutes."""
    longest = min(900.0, 10.0 * 2 ** min(attempts - 1, 10))
    return timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311  spreads load, guards nothing


def _names(mail: Mail) -> dict[str, str | int]:
    return {"mail_id": str(mail.id), "kind": mail.kind, "attempt": mail.attempts}


def _where(error: Exception) -> str:
    """The line that raised; a whole traceback could show a token."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{place.filename}:{place.lineno}"


async def _first_of(*events: asyncio.Event | None, seconds: float) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events if event is not None]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
