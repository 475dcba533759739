"""F21: what docs/operations.md says to do with a restored database makes it safe to start a server on."""

import asyncio
from pathlib import Path

import pytest

from models.database import opened
from models.password_reset import PasswordReset
from models.user import User
from schema.ids import global_id
from tests.databases import Databases
from tests.faults.backups import back_up_sqlite, do_what_comes_afterwards, dump_postgres, restore_postgres
from tests.faults.cluster import Cluster
from tests.faults.servers import Caller, Server
from tests.faults.stage import (
    INVITATION,
    RESEND,
    RESET,
    USERS,
    Stage,
    check,
    outcome,
    recipients,
    set_stage,
    until_received,
)
from tests.faults.traffic import SIGN_IN
from tests.running import PATIENCE, Remote
from tests.services.mail.smtp_server import ScriptedServer
from tests.world import PASSWORD

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_f21_a_restored_database_sends_no_old_mail_and_knows_no_old_session(
    engine: str, own_cluster: Cluster, databases: Databases, mails: ScriptedServer, tmp_path: Path
) -> None:
    on_postgres = engine == "postgres"
    stage = await set_stage(await (own_cluster.database() if on_postgres else databases.fresh("sqlite", tmp_path)))
    settings = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}"}
    await mails.stop()
    async with Server(stage.url, tmp_path / "server.log", settings=settings) as rollcall:
        ada = await two_mails_wait(stage, rollcall.caller(stage.token))
        if on_postgres:
            restored = await restore_postgres(own_cluster, await dump_postgres(own_cluster, stage.url))
        else:
            restored = await asyncio.to_thread(back_up_sqlite, stage.url, tmp_path / "restored.db")
    await mails.start()
    await do_what_comes_afterwards(restored, own_cluster)
    async with opened(restored):
        assert await PasswordReset.all().count() == 0
    await check(restored)
    async with Server(restored, tmp_path / "restored.log", settings=settings) as rollcall:
        await nobody_is_signed_in(rollcall.caller(stage.token))
        await the_invitation_is_sent_again(rollcall.caller(await signed_in(rollcall, restored)), ada, mails)
    assert await outcome(restored) == {"FAILED": 2, "SENT": 1}
    assert recipients(mails) == ["ada@example.org"]
    await check(restored)


async def two_mails_wait(stage: Stage, caller: Caller) -> str:
    """An invitation and a password reset; gives the id of the invited user."""
    added = (await stage.add(caller, "ada@example.org")).data["addUser"]
    sent = await caller(RESET, id=global_id("User", stage.user_ids[0]))
    assert [added["errors"], sent.data["sendPasswordReset"]["errors"]] == [[], []]
    assert await outcome(stage.url) == {"QUEUED": 2}
    return str(added["user"]["id"])


async def nobody_is_signed_in(old: Caller) -> None:
    [error] = (await old(USERS)).body["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def signed_in(rollcall: Server, url: str) -> str:
    """The administrator's new session, whose password is as it was."""
    async with opened(url):
        admin = await User.get(first_name="Grace")
    answer = (await Remote(rollcall.address)(SIGN_IN, email=admin.email, password=PASSWORD))["signIn"]
    assert answer["errors"] == []
    return str(answer["session"]["token"])


async def the_invitation_is_sent_again(caller: Caller, ada: str, mails: ScriptedServer) -> None:
    assert (await caller(INVITATION, id=ada)).data["user"] == {
        "status": "INVITED",
        "alerts": [{"type": "INVITATION_UNDELIVERABLE"}],
        "invitation": {"delivery": {"state": "FAILED"}},
    }
    assert (await caller(RESEND, id=ada)).data["resendInvitation"]["errors"] == []
    await until_received(mails, 1)
    async with asyncio.timeout(PATIENCE):  # the server hears of it, and writes it down, after the mail server
        while (shown := (await caller(INVITATION, id=ada)).data["user"])["invitation"]["delivery"]["state"] != "SENT":
            pass
    assert shown["alerts"] == []
