"""From the outbox to a real mail server, and what becomes of the row."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from models.mail import Mail, MailKind, MailState
from models.user import User
from services.mail.delivery import Delivery, pause_after
from services.mail.outbox import enqueue, withdraw
from services.mail.render import MailSite
from services.mail.transport import SmtpTransport
from services.vault import Vault
from tests.services.mail.outbox_user import NOON, TOKEN, Clock, queue_invitation, queue_notice, stored
from tests.services.mail.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio


async def test_a_due_mail_is_sent_once_with_its_parts_and_headers(
    delivery: Delivery, server: ScriptedServer, user: User, vault: Vault, clock: Clock
) -> None:
    mail = await queue_invitation(user, vault)
    clock.advance(seconds=2)

    assert await delivery.deliver_due() == 1
    assert await delivery.deliver_due() == 0

    [received] = server.received
    assert (received.sender, received.recipients) == ("no-reply@example.com", ["ada@example.org"])
    assert received.message["Message-ID"] == f"<{mail.id}@example.com>"
    assert received.message["Subject"] == "You are invited to Analytical Engines"
    assert received.message["Date"].datetime == NOON
    link = f"https://app.example.com/accept-invitation?token={TOKEN}"
    assert link in received.part("plain")
    assert link in received.part("html")
    mail = await stored(mail)
    assert (mail.state, mail.attempts, mail.sent_at) == ("SENT", 1, NOON + timedelta(seconds=2))
    assert [mail.sealed_token, mail.last_error] == [None, None]


async def test_a_mail_that_is_not_due_stays(
    delivery: Delivery, server: ScriptedServer, user: User, clock: Clock
) -> None:
    await queue_notice(user, now=NOON + timedelta(seconds=1))
    assert await delivery.deliver_due() == 0

    clock.advance(seconds=1)
    assert await delivery.deliver_due() == 1


async def test_greylisting_is_tried_again_under_the_same_message_id(
    delivery: Delivery, server: ScriptedServer, user: User, vault: Vault, clock: Clock
) -> None:
    mail = await queue_invitation(user, vault)
    server.rcpt = ["450 4.2.0 come back later"]

    assert await delivery.deliver_due() == 1

    waiting = await stored(mail)
    assert (waiting.state, waiting.attempts, waiting.last_error) == ("QUEUED", 1, "450 4.2.0 come back later")
    assert NOON + timedelta(seconds=5) <= waiting.due_at <= NOON + timedelta(seconds=10)
    assert await delivery.deliver_due() == 0
    clock.advance(seconds=10)
    assert await delivery.deliver_due() == 1
    assert server.ids() == [f"<{mail.id}@example.com>"]
    sent = await stored(mail)
    assert (sent.state, sent.attempts) == ("SENT", 2)


async def test_a_lost_answer_sends_the_same_message_id_again(
    delivery: Delivery, server: ScriptedServer, user: User, clock: Clock
) -> None:
    mail = await queue_notice(user)
    server.data = [ScriptedServer.DROP]

    await delivery.deliver_due()
    assert (await stored(mail)).last_error == "The connection to the mail server broke off."
    clock.advance(seconds=10)
    await delivery.deliver_due()

    assert server.ids() == [f"<{mail.id}@example.com>"]


@pytest.mark.parametrize("command", ["rcpt", "data"])
async def test_a_refusal_for_good_is_visible_and_not_tried_again(
    delivery: Delivery, server: ScriptedServer, user: User, vault: Vault, clock: Clock, command: str
) -> None:
    mail = await queue_invitation(user, vault)
    setattr(server, command, ["550 5.1.1 no such mailbox"])

    await delivery.deliver_due()
    clock.advance(hours=1)

    assert await delivery.deliver_due() == 0
    assert server.tries == 1
    mail = await stored(mail)
    assert (mail.state, mail.attempts, mail.last_error) == ("FAILED", 1, "550 5.1.1 no such mailbox")
    assert [mail.sealed_token, mail.sent_at] == [None, None]


async def test_one_dead_address_does_not_hold_up_the_others(
    delivery: Delivery, server: ScriptedServer, user: User, vault: Vault
) -> None:
    bad = await queue_invitation(user, vault, recipient="victim@example.org, attacker@example.net")
    good = await queue_invitation(user, vault)

    assert await delivery.deliver_due() == 2

    assert (await stored(bad)).state == MailState.FAILED
    assert (await stored(bad)).last_error == "This is not one e-mail address."
    assert (await stored(good)).state == MailState.SENT
    assert [received.recipients for received in server.received] == [["ada@example.org"]]


async def test_a_name_that_looks_like_recipients_reaches_only_the_user(
    delivery: Delivery, server: ScriptedServer, user: User
) -> None:
    user.first_name = "Eve\r\nBcc: a@example.net\r\nTo: b@example.net, c@example.net"
    await queue_notice(user)

    await delivery.deliver_due()

    [received] = server.received
    assert received.recipients == ["ada@example.org"]
    assert received.message.get_all("To") == ["ada@example.org"]
    assert received.message["Bcc"] is None


async def test_mails_wait_while_the_server_is_down_and_leave_once_it_is_back(
    delivery: Delivery, server: ScriptedServer, user: User, clock: Clock
) -> None:
    mails = [await queue_notice(user) for _ in range(10)]
    await server.stop()

    assert await delivery.deliver_due() == 10
    assert await Mail.filter(state="QUEUED", last_error="The mail server cannot be reached.").count() == 10

    await server.start()
    clock.advance(minutes=5)
    assert await delivery.deliver_due() == 10
    assert sorted(server.ids()) == sorted(f"<{mail.id}@example.com>" for mail in mails)
    assert await Mail.filter(state="SENT").count() == 10


async def test_the_limit_bounds_one_round(delivery: Delivery, server: ScriptedServer, user: User) -> None:
    for _ in range(7):
        await queue_notice(user)

    assert [await delivery.deliver_due(limit=5), await delivery.deliver_due(limit=5)] == [5, 2]
    assert len(set(server.ids())) == 7


async def test_two_deliveries_at_once_send_each_mail_once(
    delivery: Delivery, server: ScriptedServer, user: User, vault: Vault, site: MailSite, clock: Clock
) -> None:
    mails = [await queue_notice(user) for _ in range(40)]
    other = Delivery(SmtpTransport(f"smtp://127.0.0.1:{server.port}"), site, vault, clock)

    tried = await asyncio.gather(delivery.deliver_due(100), other.deliver_due(100))
    left = await asyncio.gather(delivery.deliver_due(100), other.deliver_due(100))

    assert sum((*tried, *left)) == 40
    assert sorted(server.ids()) == sorted(f"<{mail.id}@example.com>" for mail in mails)
    assert await Mail.filter(state="SENT", attempts=1).count() == 40


async def test_a_mail_is_given_up_24_hours_after_it_was_queued(
    delivery: Delivery, server: ScriptedServer, user: User, vault: Vault, clock: Clock
) -> None:
    mail = await queue_invitation(user, vault)
    server.rcpt = ["450 not now"] * 3

    await delivery.deliver_due()
    clock.advance(hours=23, minutes=59, seconds=58)
    await delivery.deliver_due()
    assert (await stored(mail)).due_at == NOON + timedelta(hours=24)
    clock.advance(seconds=2)
    await delivery.deliver_due()

    mail = await stored(mail)
    assert (mail.state, mail.attempts, mail.last_error) == ("FAILED", 3, "450 not now")
    assert mail.sealed_token is None


async def test_a_reset_link_is_not_sent_after_it_has_run_out(
    delivery: Delivery, server: ScriptedServer, user: User, vault: Vault, clock: Clock
) -> None:
    facts = {"expires_at": "2026-11-22 13:00 UTC"}
    mail = await enqueue(user, MailKind.PASSWORD_RESET, now=NOON, facts=facts, token=TOKEN, vault=vault)
    clock.advance(hours=1)

    await delivery.deliver_due()

    mail = await stored(mail)
    assert mail.state == MailState.FAILED
    assert mail.last_error == "The link inside ran out before the mail could be sent."
    assert server.received == []


async def test_a_withdrawn_mail_is_not_sent(
    delivery: Delivery, server: ScriptedServer, user: User, vault: Vault
) -> None:
    await queue_invitation(user, vault)
    await withdraw(user.id, MailKind.INVITATION)

    assert await delivery.deliver_due() == 0


async def test_neither_logs_nor_the_row_show_the_token_even_where_the_server_quotes_it(
    delivery: Delivery, server: ScriptedServer, user: User, vault: Vault, clock: Clock
) -> None:
    mails = [await queue_invitation(user, vault) for _ in range(3)]
    quote = f"looks like spam: https://app.example.com/accept-invitation?token={TOKEN} {TOKEN}\x00"
    server.data = [f"554 {quote}", f"451 {quote}", "250 OK"]

    with capture_logs() as logs:
        await delivery.deliver_due()

    assert sorted(line["event"] for line in logs) == ["mail.refused", "mail.retried", "mail.sent"]
    assert {line["mail_id"] for line in logs} == {str(mail.id) for mail in mails}
    assert {line["kind"] for line in logs} == {"invitation"}
    errors = [row.last_error for row in await Mail.filter(last_error__isnull=False).order_by("state")]
    hidden = "looks like spam: https://app.example.com/accept-invitation?token=[…] […]"
    assert errors == [f"554 {hidden}", f"451 {hidden}"]
    assert TOKEN not in repr(logs)


def test_pauses_grow_from_5_seconds_to_15_minutes_with_jitter() -> None:
    seconds = [[pause_after(attempts).total_seconds() for _ in range(200)] for attempts in range(1, 30)]

    for attempt, drawn in enumerate(seconds):
        longest = min(900, 10 * 2**attempt)
        assert longest / 2 <= min(drawn) < max(drawn) <= longest
