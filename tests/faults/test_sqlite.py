"""F23: SQLite with several processes, killed, and on a full disk."""

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.faults.disks import fill, small_disk
from tests.faults.servers import Server
from tests.faults.stage import ROUNDS, VIEWER, check, invited, set_stage, under_load

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def intact(url: str) -> bool:
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_f23_two_processes_killed_at_any_moment_leave_the_file_whole(
    databases: Databases, tmp_path: Path
) -> None:
    stage, chance = await set_stage(await databases.fresh("sqlite", tmp_path)), random.Random(23)
    settings = {"MAIL_FOLDER": str(tmp_path / "mails")}
    async with Server(stage.url, tmp_path / "server.log", 2, settings) as rollcall:
        for round in range(ROUNDS):
            caller = rollcall.caller(stage.token)
            names = [f"round{round}.{number}@example.org" for number in range(1000)]
            async with under_load(30, stage.adding(caller, names)) as replies:
                await asyncio.sleep(chance.uniform(0.3, 1.2))
                await rollcall.kill()
            acknowledged = sum(reply.status == 200 for reply in replies)
            assert {reply.status for reply in replies} <= {200, None}
            assert intact(stage.url)
            present = [email for email in await invited(stage.url) if email in names]
            assert acknowledged <= len(present) <= len(replies)
            await check(stage.url)
            await rollcall.start()
        assert (await stage.add(rollcall.caller(stage.token), "last@example.org")).status == 200
    await check(stage.url)


async def test_f23_a_full_disk_refuses_changes_and_harms_nothing(databases: Databases, tmp_path: Path) -> None:
    async with small_disk(tmp_path / "small", 4) as disk:
        stage = await set_stage(await databases.fresh("sqlite", disk))
        settings = {"MAIL_FOLDER": str(tmp_path / "mails")}
        async with Server(stage.url, tmp_path / "server.log", settings=settings) as rollcall:
            caller = rollcall.caller(stage.token)
            filler = disk / "filler"
            fill(filler)
            statuses = [(await stage.add(caller, f"ada{number}@example.org")).status for number in range(30)]
            assert 503 in statuses
            assert set(statuses) <= {200, 503}
            assert (await rollcall.readiness(503))["reason"] == "database takes no changes"
            assert (await caller(VIEWER)).status == 200
            filler.unlink()
            await rollcall.readiness(200)
            assert (await stage.add(caller, "last@example.org")).status == 200
        assert intact(stage.url)
        await check(stage.url)
