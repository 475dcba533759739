"""A flood of new documents gets the time that nothing else uses, and a share; known ones do not wait for it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from schema.context import Context, Tools
from schema.execution import turns
from schema.execution.engine import Engine
from schema.execution.turns import (
    LONGEST_WAIT,
    MOST_WAITING,
    MOST_WAITING_OF_ONE,
    OF_IDLE,
    QUIET_SECONDS,
    SAVED_SECONDS,
    SHARE,
    TooManyNewDocuments,
    Turns,
)
from services.actor import Origin
from tests.conftest import T0
from tests.running import PATIENCE
from tests.server.test_graphql_http import only_error, send

pytestmark = pytest.mark.anyio


@dataclass
class Worker:
    """Its time, and how much of it this thread has worked."""

    now: float = 100.0
    used: float = 5.0

    def turns(self) -> Turns:
        """With nothing saved, and a known document asked just now."""
        account = Turns(lambda: self.now, lambda: self.used)
        self.overdraw(account, SAVED_SECONDS)
        return account

    def overdraw(self, account: Turns, seconds: float) -> None:
        """In no time."""
        with account.spending():
            self.used += seconds
        account.has_time()

    def pass_time(self, account: Turns, seconds: float, *, worked: float) -> None:
        """Known documents are asked meanwhile."""
        self.now += seconds
        self.used += worked
        account.known()

    def spend(self, account: Turns, seconds: float) -> None:
        with account.spending():
            self.pass_time(account, seconds, worked=seconds)


def test_a_quiet_while_saves_up_and_no_more_than_that() -> None:
    worker = Worker()
    account = worker.turns()
    worker.pass_time(account, 3600, worked=0)
    assert account.has_time()
    worker.spend(account, SAVED_SECONDS - 0.01)
    assert account.has_time()
    worker.spend(account, 0.02)
    assert not account.has_time()


def test_beside_known_documents_that_take_all_the_time_a_share_is_left() -> None:
    worker = Worker()
    account = worker.turns()
    worker.pass_time(account, 10, worked=10)
    assert account.has_time()
    spent, began = 0.0, worker.now
    while worker.now < began + 100:
        if account.has_time():
            worker.spend(account, 0.002)
            spent += 0.002
        else:
            worker.pass_time(account, 0.01, worked=0.01)
    assert spent == pytest.approx(100 * SHARE + SAVED_SECONDS, rel=0.02)


def test_a_part_of_the_time_in_which_a_worker_does_nothing_is_for_new_documents() -> None:
    worker = Worker()
    account = worker.turns()
    worker.pass_time(account, 0.2, worked=0)
    worker.spend(account, 0.2 * OF_IDLE - 0.01)
    assert account.has_time()
    worker.spend(account, 0.02)
    assert not account.has_time()


def test_without_known_documents_new_ones_may_take_all_the_time() -> None:
    worker = Worker()
    account = worker.turns()
    worker.overdraw(account, 10)
    assert not account.has_time()
    worker.now += QUIET_SECONDS + 0.001
    worker.used += QUIET_SECONDS + 0.001
    assert account.has_time()


def test_one_dear_document_does_not_keep_the_others_waiting_for_long() -> None:
    worker = Worker()
    account = worker.turns()
    worker.overdraw(account, 60)
    assert not account.has_time()
    worker.pass_time(account, SAVED_SECONDS / SHARE + 0.1, worked=SAVED_SECONDS / SHARE + 0.1)
    assert account.has_time()


async def test_the_line_has_an_end_for_one_address_and_for_all() -> None:
    account = overdrawn()
    async with standing_in_line(account, *(n // MOST_WAITING_OF_ONE for n in range(MOST_WAITING - 1))):
        with pytest.raises(TooManyNewDocuments):
            await account.wait("10.0.0.0")
        async with standing_in_line(account, 99):
            with pytest.raises(TooManyNewDocuments):
                await account.wait("10.0.0.98")


async def test_addresses_take_turns() -> None:
    worker = Worker()
    account = worker.turns()
    worker.overdraw(account, 1)
    came: list[int] = []

    async def come(address: int) -> None:
        await account.wait(f"10.0.0.{address}")
        came.append(address)

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        for address in (1, 1, 1, 1, 2, 3, 3):
            tasks.create_task(come(address))
        await asyncio.sleep(0)
        assert account.waiting == 7
        worker.pass_time(account, 60, worked=0)
    assert came == [1, 2, 3, 1, 3, 1, 1]
    assert account.waiting == 0


async def test_who_waits_is_told_to_come_again_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LONGEST_WAIT < 5
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.03)
    worker = Worker()
    account = worker.turns()
    worker.overdraw(account, 1)
    with pytest.raises(TooManyNewDocuments):
        await account.wait("10.0.0.1")
    assert account.waiting == 0
    worker.pass_time(account, 60, worked=0)
    async with asyncio.timeout(PATIENCE):
        await account.wait("10.0.0.2")


async def test_who_is_put_off_hears_when_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.02)
    engine = Engine(turns=overdrawn())
    answer = await send(body=json.dumps({"query": "{ __typename }"}).encode(), engine=engine)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert only_error(answer) == ("The service cannot answer just now; try again in a moment.", "INTERNAL")


async def test_a_known_document_does_not_wait() -> None:
    worker = Worker()
    account = worker.turns()
    engine = Engine(turns=account)
    worker.pass_time(account, 60, worked=0)
    known = await engine.prepared("{ __typename }")
    worker.overdraw(account, 10)
    async with asyncio.timeout(PATIENCE):
        assert await engine.prepared("{ __typename }") is known


async def test_compiling_is_paid_for_too() -> None:
    worker = Worker()
    account = worker.turns()
    engine, context = Engine(turns=account), Context(Origin(), T0, Tools(None, None, lambda user, size: None))  # type: ignore[arg-type]
    worker.pass_time(account, 60, worked=0)
    document = await engine.prepared("{ __typename }")
    await engine.answer(document, {}, None, context)
    worker.overdraw(account, 10)
    await engine.answer(document, {}, None, context)
    assert engine.counts == {"interpreted": 2}
    worker.pass_time(account, 60, worked=0)
    await engine.answer(document, {}, None, context)
    assert engine.counts == {"interpreted": 2, "compiled": 1}


def overdrawn() -> Turns:
    """The account of a worker for which time stands still."""
    worker = Worker()
    account = worker.turns()
    worker.overdraw(account, 10)
    return account


@asynccontextmanager
async def standing_in_line(account: Turns, *addresses: int) -> AsyncIterator[None]:
    """Documents that wait meanwhile, one from each of these."""
    tasks = [asyncio.create_task(account.wait(f"10.0.0.{address}")) for address in addresses]
    await asyncio.sleep(0)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
