"""F21: a backup that is made while the server works gives a database on which another one works."""

import asyncio
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.faults.backups import back_up_sqlite, dump_postgres, restore_postgres
from tests.faults.cluster import Cluster
from tests.faults.conftest import MakeServer
from tests.faults.servers import Server
from tests.faults.stage import USERS, Stage, check, invited, set_stage, under_load, until

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_f21_a_dump_of_postgres_under_load_restores_to_a_working_server(
    own_cluster: Cluster, stage: Stage, server: MakeServer, tmp_path: Path
) -> None:
    async with server() as rollcall:
        caller = rollcall.caller(stage.token)
        async with under_load(20, lambda number: stage.add(caller, f"ada{number}@example.org")) as replies:
            await until(lambda: len(replies) >= 10, "ten replies come before the backup begins")
            dump = await dump_postgres(own_cluster, stage.url)
        assert {reply.status for reply in replies} == {200}
    await works(await restore_postgres(own_cluster, dump), stage, tmp_path)


async def test_f21_a_backup_of_sqlite_under_load_restores_to_a_working_server(
    databases: Databases, tmp_path: Path
) -> None:
    stage = await set_stage(await databases.fresh("sqlite", tmp_path))
    async with Server(
        stage.url, tmp_path / "server.log", settings={"MAIL_FOLDER": str(tmp_path / "mails")}
    ) as rollcall:
        caller = rollcall.caller(stage.token)
        async with under_load(20, lambda number: stage.add(caller, f"ada{number}@example.org")) as replies:
            await until(lambda: len(replies) >= 10, "ten replies come before the backup begins")
            restored = await asyncio.to_thread(back_up_sqlite, stage.url, tmp_path / "restored.db")
        assert {reply.status for reply in replies} == {200}
    await works(restored, stage, tmp_path)


async def works(url: str, stage: Stage, tmp_path: Path) -> None:
    await check(url)
    before = await invited(url)
    settings = {"MAIL_FOLDER": str(tmp_path / "restored-mails")}
    async with Server(url, tmp_path / "restored.log", settings=settings) as restored:
        caller = restored.caller(stage.token)
        people = (await caller(USERS)).data["users"]["totalCount"]
        assert people == len(before) + len(stage.user_ids) + 1
        assert (await stage.add(caller, "after@example.org")).data["addUser"]["errors"] == []
    assert await invited(url) == sorted([*before, "after@example.org"])
    await check(url)
