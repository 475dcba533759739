"""F15: SIGTERM under load, behind a balancer that asks for readiness."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.faults.conftest import MakeServer
from tests.faults.servers import Server
from tests.faults.stage import ROUNDS, Stage, check, invited, outcome, recipients, under_load, until
from tests.faults.waiting import SECONDS, held
from tests.running import PATIENCE
from tests.services.mail.smtp_server import ScriptedServer

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

DELAY = 10
"""Seconds in which a balancer notices that the server is going to stop: a few times what a busy machine needs."""

HELD = 6
"""Requests, each by a connection of its own."""


@pytest.mark.parametrize("workers", [1, 2])
async def test_f15_a_server_told_to_stop_fails_no_request(
    workers: int, stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    async with server(workers, SHUTDOWN_DELAY=str(DELAY)) as rollcall:
        caller = rollcall.caller(stage.token)
        async with under_load(20 + 2 * ROUNDS, lambda number: stage.add(caller, f"ada{number}@example.org")) as replies:
            await until(lambda: len(replies) >= 10, "ten replies come before the server is told to stop")
            rollcall.terminate()
            assert (await rollcall.readiness(503))["reason"] == "stopping"
            noticed = len(replies)
            await until(lambda: len(replies) >= noticed + 20, "twenty more come until the balancer has noticed")
        assert {reply.status for reply in replies} == {200}
        assert await rollcall.ended() == 0
    assert len(await invited(stage.url)) == len(replies)
    assert len(recipients(mails)) == len(set(recipients(mails)))
    await check(stage.url)


@pytest.mark.parametrize("workers", [1, 2])
async def test_f15_requests_in_hand_when_the_server_stops_listening_are_answered(
    workers: int, stage: Stage, server: MakeServer
) -> None:
    async with server(workers, SHUTDOWN_DELAY="0.5") as rollcall:
        callers = [rollcall.caller(stage.token) for _ in range(HELD)]
        async with held(stage, callers) as asked:
            rollcall.terminate()
            await nobody_listens(rollcall)
            await asyncio.sleep(0.5)  # the web server itself gives them a tenth of a second
            assert not any(reply.done() for reply in asked)
        assert [(await reply).status for reply in asked] == [200] * HELD
        assert await rollcall.ended() == 0
    await check(stage.url)


async def nobody_listens(rollcall: Server) -> None:
    """Waits until a new connection is refused, or has no answer because nobody takes it."""
    async with asyncio.timeout(SECONDS):
        with suppress(httpx2.TransportError):
            while True:
                async with httpx2.AsyncClient(timeout=0.5) as http:
                    await http.get(f"{rollcall.address}/livez")
                await asyncio.sleep(0.02)


@dataclass
class HesitantServer(ScriptedServer):
    """Takes the whole mail, and says so only when it is told to."""

    in_hand: asyncio.Event = field(default_factory=asyncio.Event)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.in_hand.set()
        await self.told.wait()
        return await super().handle_DATA(server, session, envelope)


async def test_f15_a_mail_in_hand_is_finished_before_the_server_ends(stage: Stage, tmp_path: Path) -> None:
    mails = HesitantServer()
    await mails.start()
    settings = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "SHUTDOWN_DELAY": "0"}
    async with Server(stage.url, tmp_path / "server.log", settings=settings) as rollcall:
        await stage.add_all(rollcall.caller(stage.token), "ada", 1)
        await asyncio.wait_for(mails.in_hand.wait(), PATIENCE)
        rollcall.terminate()
        await asyncio.sleep(1)
        mails.told.set()
        assert await rollcall.ended() == 0
    await mails.stop()
    assert await outcome(stage.url) == {"SENT": 1}
    assert recipients(mails) == ["ada0@example.org"]
    await check(stage.url)
