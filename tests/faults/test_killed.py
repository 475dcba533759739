"""F4, F5 and F6: kill -9 after the commit, after the mail server's 250, and in the middle of everything."""

import asyncio
import random
from collections import Counter

import pytest

from tests.faults.conftest import MakeServer
from tests.faults.stage import ROUNDS, Stage, check, invited, outcome, recipients, under_load, until, until_received
from tests.running import PATIENCE
from tests.services.mail.smtp_server import ScriptedServer

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_f4_killed_between_commit_and_sending_no_mail_is_lost(
    stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    added: list[str] = []
    async with server() as rollcall:
        for round in range(ROUNDS):
            await mails.stop()
            added += await stage.add_all(rollcall.caller(stage.token), f"round{round}.", 3)
            await rollcall.kill()
            await mails.start()
            await stage.lease_runs_out()
            await rollcall.start()
            await until_received(mails, len(added))
            await check(stage.url)
    assert recipients(mails) == sorted(added) == await invited(stage.url)
    await check(stage.url)


async def test_f5_killed_after_the_mail_servers_yes_a_mail_comes_twice_at_most_under_one_id(
    stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    chance = random.Random(5)
    async with server() as rollcall:
        for round in range(ROUNDS):
            mails.arrived.clear()
            await stage.add_all(rollcall.caller(stage.token), f"round{round}.", 1)
            await asyncio.wait_for(mails.arrived.wait(), PATIENCE)
            await asyncio.sleep(chance.choice((0, 0, 0.002, 0.01)))
            await rollcall.kill()
            await stage.lease_runs_out()
            await rollcall.start()
            while (await outcome(stage.url))["QUEUED"]:
                await asyncio.sleep(0.05)
            await check(stage.url)
    times = Counter(mails.ids())
    assert len(times) == ROUNDS
    assert max(times.values()) <= 2
    assert await outcome(stage.url) == {"SENT": ROUNDS}
    await check(stage.url)


async def test_f6_killed_at_any_moment_a_change_is_whole_or_not_there(
    stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    chance, done = random.Random(6), set[str]()
    async with server() as rollcall:
        for round in range(ROUNDS):
            caller = rollcall.caller(stage.token)
            names = [f"round{round}.{number}@example.org" for number in range(1000)]
            async with under_load(40, stage.adding(caller, names)) as replies:
                await asyncio.sleep(chance.uniform(0.2, 1.2))
                await rollcall.kill()
            acknowledged = sum(reply.status == 200 for reply in replies)
            present = [email for email in await invited(stage.url) if email in names]
            assert acknowledged <= len(present) <= len(replies)
            done.update(present)
            await check(stage.url)
            await rollcall.start()
        await stage.lease_runs_out()
        await until(lambda: set(recipients(mails)) == done, "every mail arrives")
    assert max(Counter(mails.ids()).values()) <= 2
    await check(stage.url)
