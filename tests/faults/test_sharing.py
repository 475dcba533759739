"""F7 and F8: several servers on one database, and clients that ask again because no answer came."""

import asyncio

import pytest

from schema.ids import global_id
from tests.faults.conftest import MakeServer
from tests.faults.servers import Caller, Server
from tests.faults.stage import ADD, DISABLE, ROUNDS, USERS, VIEWER, Stage, check, invited, outcome, recipients, until
from tests.faults.traffic import SIGN_IN
from tests.running import free_port
from tests.services.mail.smtp_server import ScriptedServer
from tests.world import PASSWORD

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_f7_of_three_processes_on_one_outbox_each_mail_is_sent_by_one(
    stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    await mails.stop()
    async with server(workers=2) as first, server() as second:
        callers = [rollcall.caller(stage.token) for rollcall in (first, second)]
        added = [
            email
            for number, caller in enumerate(callers)
            for email in await stage.add_all(caller, f"of{number}.", 20 * ROUNDS)
        ]
        await mails.start()
        await stage.lease_runs_out()
        await until(lambda: len(mails.received) >= len(added), "every mail arrives")
        while (await outcome(stage.url))["QUEUED"]:
            await asyncio.sleep(0.05)
    assert recipients(mails) == sorted(added)
    assert len(set(mails.ids())) == len(added)
    await check(stage.url)


SIGN_OUT = "mutation SignOut { signOut { errors { code } } }"
REVOKE = "mutation Revoke($id: ID!) { revokeUserSessions(input: {id: $id}) { errors { code } } }"


async def is_signed_in(caller: Caller) -> bool:
    """Nobody has no viewer, and may not read users."""
    viewer = (await caller(VIEWER)).data["viewer"]
    users = (await caller(USERS)).body
    codes = [error["extensions"]["code"] for error in users.get("errors", [])]
    assert codes == ([] if viewer else ["UNAUTHENTICATED"])
    return viewer is not None


@pytest.mark.parametrize("document", [DISABLE, REVOKE, SIGN_OUT], ids=["disabled", "revoked", "signed out"])
async def test_f7_a_session_ended_by_one_process_is_over_at_the_next_request_to_another(
    document: str, stage: Stage, server: MakeServer
) -> None:
    async with server() as first, server() as second:
        signed_in = await second.caller(stage.token)(SIGN_IN, email="person0@example.org", password=PASSWORD)
        token = signed_in.data["signIn"]["session"]["token"]
        here, there = first.caller(token), second.caller(token)
        for _ in range(3):
            assert await is_signed_in(here)
            assert await is_signed_in(there)
        ends = here if document == SIGN_OUT else first.caller(stage.token)
        [payload] = (await ends(document, id=global_id("User", stage.user_ids[0]))).data.values()
        assert payload["errors"] == []
        assert not await is_signed_in(there)
        assert not await is_signed_in(here)
    await check(stage.url)


class LosingProxy:
    """Passes requests on; hangs up instead of passing the answer back."""

    def __init__(self, server: Server) -> None:
        self.port, self._to = free_port(), server.port

    async def __aenter__(self) -> "LosingProxy":
        self._listening = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._listening.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, on = await asyncio.open_connection("127.0.0.1", self._to)
        while not reader.at_eof():
            arrived = asyncio.ensure_future(back.read(1))
            sent = asyncio.ensure_future(reader.read(65536))
            await asyncio.wait((arrived, sent), return_when=asyncio.FIRST_COMPLETED)
            if arrived.done():
                sent.cancel()
                break
            arrived.cancel()
            on.write(sent.result())
        on.close()
        writer.close()


async def test_f8_a_request_repeated_after_a_lost_answer_is_done_once(
    stage: Stage, server: MakeServer, mails: ScriptedServer
) -> None:
    async with server() as rollcall, LosingProxy(rollcall) as proxy:
        lost = await stage.add(rollcall.caller(stage.token, proxy.port), "ada@example.org", "key 1")
        assert lost.status is None
        caller = rollcall.caller(stage.token)
        again = await asyncio.gather(*[stage.add(caller, "ada@example.org", "key 1") for _ in range(20)])
        ids = {reply.data["addUser"]["user"]["id"] for reply in again}
        assert len(ids) == 1

        at_once = await asyncio.gather(*[stage.add(caller, "grace@example.org", "key 2") for _ in range(20)])
        assert len({reply.data["addUser"]["user"]["id"] for reply in at_once}) == 1

        other = await caller(ADD, email="eve@example.org", roleId=stage.role_id, key="key 1")
        assert other.data["addUser"] == {"user": None, "errors": [{"code": "IDEMPOTENCY_MISMATCH"}]}
        await until(lambda: len(mails.received) == 2, "both mails arrive")
    assert recipients(mails) == await invited(stage.url) == ["ada@example.org", "grace@example.org"]
    await check(stage.url)
