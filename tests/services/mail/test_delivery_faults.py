"""What is ours goes wrong: leases run out, rows cannot be read, the database is away."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tortoise.connection import connections
from tortoise.transactions import in_transaction

from models.database import opened
from models.mail import Mail, MailKind, MailState
from models.user import User
from services.mail.delivery import LEASE, Delivery
from services.mail.outbox import withdraw
from services.mail.render import MailSite
from services.vault import Vault
from tests.running import PATIENCE
from tests.services.mail.outbox_user import NOON, TOKEN, Clock, add_user, queue_invitation, queue_notice, stored
from tests.services.mail.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio


@dataclass
class MeddlingTransport:
    """A transport during whose work something else happens."""

    meddle: Callable[[], Awaitable[None]]
    sent: int = 0

    async def send(self, message: EmailMessage, recipient: str) -> None:
        await self.meddle()
        self.sent += 1


async def test_a_mail_whose_sender_died_is_taken_over_when_the_lease_ends(
    delivery: Delivery, server: ScriptedServer, user: User, clock: Clock
) -> None:
    mail = await queue_notice(user)
    await Mail.filter(id=mail.id).update(attempts=1, due_at=NOON + LEASE)

    clock.advance(seconds=59)
    assert await delivery.deliver_due() == 0
    clock.advance(seconds=1)
    assert await delivery.deliver_due() == 1

    mail = await stored(mail)
    assert (mail.state, mail.attempts) == ("SENT", 2)


async def test_who_lost_the_lease_does_not_mark_the_mail(delivery: Delivery, user: User) -> None:
    mail = await queue_notice(user)

    async def take_over() -> None:
        await Mail.filter(id=mail.id).update(attempts=2)

    await replace(delivery, transport=MeddlingTransport(take_over)).deliver_due()

    mail = await stored(mail)
    assert (mail.state, mail.attempts, mail.due_at) == ("QUEUED", 2, NOON + LEASE)


async def test_a_row_that_another_process_is_leasing_is_left_to_it(
    delivery: Delivery, server: ScriptedServer, user: User
) -> None:
    held, free = await queue_notice(user), await queue_notice(user)
    locked, release = asyncio.Event(), asyncio.Event()

    async def lease_slowly() -> None:
        async with in_transaction():
            await Mail.filter(id=held.id).select_for_update().get()
            locked.set()
            await release.wait()
            await Mail.filter(id=held.id).update(attempts=1, due_at=NOON + LEASE)

    holder = asyncio.create_task(lease_slowly())
    await locked.wait()
    ours = asyncio.create_task(delivery.deliver_due())
    passes_by = connections.get("default").capabilities.dialect == "postgres"
    passed_by, _ = await asyncio.wait({ours}, timeout=PATIENCE if passes_by else 0.5)
    release.set()
    await asyncio.gather(holder, ours)

    assert server.ids() == [f"<{free.id}@example.com>"]
    assert bool(passed_by) == passes_by


async def test_a_mail_withdrawn_while_it_is_being_sent_stays_withdrawn(
    delivery: Delivery, user: User, vault: Vault
) -> None:
    mail = await queue_invitation(user, vault)

    async def take_back() -> None:
        await withdraw(user.id, MailKind.INVITATION)

    await replace(delivery, transport=MeddlingTransport(take_back)).deliver_due()

    assert (await stored(mail)).state == MailState.FAILED


async def test_a_user_deleted_while_the_mail_is_being_sent_leaves_nothing(delivery: Delivery, user: User) -> None:
    await queue_notice(user)

    await replace(delivery, transport=MeddlingTransport(user.delete)).deliver_due()

    assert await Mail.all().count() == 0


async def test_a_lease_that_is_nearly_over_is_not_used(delivery: Delivery, server: ScriptedServer, user: User) -> None:
    mail = await queue_notice(user)
    times = iter([NOON, NOON + timedelta(seconds=26), NOON + timedelta(seconds=26)])

    assert await replace(delivery, clock=lambda: next(times)).deliver_due(1) == 1

    assert server.received == []
    assert (await stored(mail)).due_at == NOON + LEASE


async def test_a_row_that_cannot_be_rendered_is_logged_and_tried_again(
    delivery: Delivery, server: ScriptedServer, user: User, clock: Clock
) -> None:
    foreign = await queue_invitation(user, Vault(["another key"]))
    unknown, poor, good = await queue_notice(user), await queue_notice(user), await queue_notice(user)
    await Mail.filter(id=unknown.id).update(kind="of_a_newer_version")
    await Mail.filter(id=poor.id).update(facts={"first_name": TOKEN})

    with capture_logs() as logs:
        assert await delivery.deliver_due() == 4

    assert (await stored(good)).state == MailState.SENT
    errors = {mail.id: mail.last_error for mail in await Mail.filter(state="QUEUED", attempts=1)}
    assert errors == {
        foreign.id: "The mail could not be prepared (ValueError).",
        unknown.id: "The mail could not be prepared (TemplateNotFound).",
        poor.id: "The mail could not be prepared (UndefinedError).",
    }
    broken = [line for line in logs if line["event"] == "mail.broken"]
    assert {line["log_level"] for line in broken} == {"error"}
    assert {line["mail_id"] for line in broken} == {str(id) for id in errors}
    assert TOKEN not in repr(logs)


async def test_a_mail_sent_while_the_database_is_locked_is_marked_when_it_is_free(
    tmp_path: Path, site: MailSite, vault: Vault, clock: Clock
) -> None:
    path = tmp_path / "busy.db"
    async with opened(f"sqlite://{path}", busy_timeout=0) as context:
        await context.generate_schemas()
        mail = await queue_notice(await add_user())
        other = sqlite3.connect(path, isolation_level=None)

        async def lock_for_a_moment() -> None:
            other.execute("BEGIN IMMEDIATE")
            asyncio.get_running_loop().call_later(0.05, other.rollback)

        transport = MeddlingTransport(lock_for_a_moment)
        with capture_logs() as logs:
            await Delivery(transport, site, vault, clock).deliver_due()
        other.close()

        assert [line["event"] for line in logs] == ["mail.unmarked", "mail.sent"]
        assert (await stored(mail)).state == MailState.SENT
        assert transport.sent == 1


async def test_the_loop_sends_when_it_is_woken_and_ends_when_it_is_told(
    delivery: Delivery, server: ScriptedServer, user: User
) -> None:
    wake, stop = asyncio.Event(), asyncio.Event()
    loop = asyncio.create_task(delivery.run(wake, stop))

    async with asyncio.timeout(PATIENCE):
        mail = await queue_notice(user)
        wake.set()
        await server.arrived.wait()
        stop.set()
        await loop

    assert (await stored(mail)).state == MailState.SENT


async def test_the_loop_outlives_an_outage_of_the_database(
    delivery: Delivery, server: ScriptedServer, user: User, watched_log: Callable[[str], asyncio.Event]
) -> None:
    mail = await queue_notice(user)
    stop, interrupted = asyncio.Event(), watched_log("mail.delivery_interrupted")
    database = connections.get("default")
    await database.execute_script("ALTER TABLE mails RENAME TO out_of_reach")
    loop = asyncio.create_task(delivery.run(None, stop))

    async with asyncio.timeout(PATIENCE):
        await interrupted.wait()
        await database.execute_script("ALTER TABLE out_of_reach RENAME TO mails")
        await server.arrived.wait()
        stop.set()
        await loop

    assert (await stored(mail)).state == MailState.SENT
