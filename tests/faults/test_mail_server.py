"""F1, F2, F3 and F25: mail servers that are down, silent, moody, or know nobody of that name."""

import socket

import pytest

from tests.faults.conftest import MakeServer
from tests.faults.servers import Server
from tests.faults.stage import INVITATION, RESEND, ROUNDS, Stage, check, outcome, recipients, until
from tests.services.mail.smtp_server import ScriptedServer

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def logged(server: Server, event: str, times: int) -> None:
    await until(lambda: server.log.read_text().count(f'"event":"{event}"') >= times, f"{event} × {times}")


async def test_f1_a_mail_server_that_is_down_loses_nothing_and_slows_nobody(
    stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    await mails.stop()
    async with server() as rollcall:
        caller = rollcall.caller(stage.token)
        added = await stage.add_all(caller, "ada", 8 * ROUNDS)
        await logged(rollcall, "mail.retried", len(added))
        await stage.add_all(caller, "grace", 1)
        await logged(rollcall, "mail.retried", len(added) + 1)
        assert await outcome(stage.url) == {"QUEUED": len(added) + 1}
        await mails.start()
        await stage.lease_runs_out()
        await until(lambda: len(mails.received) > len(added), "all mails arrive")
    assert recipients(mails) == sorted([*added, "grace0@example.org"])
    await check(stage.url)


async def test_f2_a_mail_server_that_never_greets_holds_nobody_up(
    stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    await mails.stop()
    silent = socket.create_server(("127.0.0.1", mails.port), backlog=100)
    async with server() as rollcall:
        caller = rollcall.caller(stage.token)
        added = await stage.add_all(caller, "grace", 1)
        assert "mail.retried" not in rollcall.log.read_text(), "the answer waits for the mail server"
        added += await stage.add_all(caller, "ada", 4)
        await logged(rollcall, "mail.retried", 4)
        silent.close()
        await mails.start()
        await stage.lease_runs_out()
        await until(lambda: len(mails.received) == 5, "all mails arrive")
    assert recipients(mails) == sorted(added)
    await check(stage.url)


async def test_f3_what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_not(
    stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    mails.rcpt = ["451 4.7.1 Greylisted", "550 5.1.1 No such user"]
    mails.data = [ScriptedServer.DROP, "452 4.3.1 Full"]
    async with server() as rollcall:
        caller = rollcall.caller(stage.token)
        await stage.add_all(caller, "ada", 6)
        await logged(rollcall, "mail.retried", 3)
        await logged(rollcall, "mail.refused", 1)
        await logged(rollcall, "mail.sent", 2)
        assert mails.tries == 6
        await stage.lease_runs_out()
        await logged(rollcall, "mail.sent", 5)
        assert mails.tries == 9
    assert await outcome(stage.url) == {"SENT": 5, "FAILED": 1}
    assert len(set(mails.ids())) == len(mails.received) == 5
    await check(stage.url)


async def test_f25_a_dead_address_shows_and_the_invitation_can_be_sent_again(
    stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    mails.rcpt = ["550 5.1.1 No such user"]
    async with server() as rollcall:
        caller = rollcall.caller(stage.token)
        added = (await stage.add(caller, "ada@example.org")).data["addUser"]["user"]
        await logged(rollcall, "mail.refused", 1)
        assert (await caller(INVITATION, id=added["id"])).data["user"] == {
            "status": "INVITED",
            "alerts": [{"type": "INVITATION_UNDELIVERABLE"}],
            "invitation": {"delivery": {"state": "FAILED"}},
        }
        await check(stage.url)
        assert (await caller(RESEND, id=added["id"])).data["resendInvitation"]["errors"] == []
        await logged(rollcall, "mail.sent", 1)
        shown = (await caller(INVITATION, id=added["id"])).data["user"]
        assert (shown["alerts"], shown["invitation"]) == ([], {"delivery": {"state": "SENT"}})
    assert recipients(mails) == ["ada@example.org"]
    await check(stage.url)
