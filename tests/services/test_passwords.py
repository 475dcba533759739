"""The hasher: its parameters, its bounds, and what it makes of Unicode and of very long input."""

import asyncio
import threading
import time
import unicodedata

import pytest

from services.passwords import Hasher
from services.refusals import RateLimited
from tests.reference_work import measured
from tests.running import PATIENCE

pytestmark = pytest.mark.anyio


class SlowHasher(Hasher):
    """Notes how many run at once; each waits for the test's word."""

    def __init__(self, **bounds: int) -> None:
        super().__init__(**bounds)
        self.running, self.most, self.go = 0, 0, threading.Event()
        self.lock = threading.Lock()

    def _matches(self, stored: str, password: str) -> bool:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.go.wait(PATIENCE)
        with self.lock:
            self.running -= 1
        return True


async def test_hashes_are_argon2id_of_19_mebibytes_two_rounds_and_a_salt_of_128_bits() -> None:
    hasher = Hasher()
    first, second = await hasher.hash("a password"), await hasher.hash("a password")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert len(first.split("$")[4]) == 22
    assert first != second
    assert await hasher.verify(first, "a password")
    assert not await hasher.verify(first, "a passworD")
    assert not hasher.outdated(first)
    assert hasher.outdated(first.replace("m=19456,t=2", "m=19456,t=1"))
    hasher.close()


async def test_without_a_stored_hash_the_same_work_is_done_and_nothing_is_right() -> None:
    hasher = SlowHasher()
    hasher.go.set()
    assert not await hasher.verify(None, "nobody's password")
    assert hasher.most == 1
    hasher.close()


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$m=19456,t=2,p=1$"])
async def test_a_broken_hash_matches_nothing(stored: str) -> None:
    hasher = Hasher()
    assert not await hasher.verify(stored, "")
    hasher.close()


async def test_two_run_at_once_fifty_wait_and_the_next_is_put_off() -> None:
    hasher = SlowHasher()
    tries = [asyncio.create_task(hasher.verify("stored", "x")) for _ in range(52)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited) as refusal:
        await hasher.verify("stored", "x")
    assert refusal.value.retry_after == 2
    hasher.go.set()
    assert await asyncio.gather(*tries) == [True] * 52
    assert hasher.most == 2
    assert await hasher.verify("stored", "x")
    hasher.close()


async def test_who_gives_up_waiting_makes_room() -> None:
    hasher = SlowHasher(at_once=1, waiting=1)
    tries = [asyncio.create_task(hasher.verify("stored", "x")) for _ in range(2)]
    await asyncio.sleep(0)
    tries[1].cancel()
    await asyncio.gather(*tries[1:], return_exceptions=True)
    third = asyncio.create_task(hasher.verify("stored", "x"))
    await asyncio.sleep(0)
    hasher.go.set()
    assert await asyncio.gather(tries[0], third) == [True, True]
    hasher.close()


async def test_a_megabyte_of_marks_out_of_order_is_refused_in_no_more_time_than_any_other() -> None:
    hasher = Hasher()
    stored = await hasher.hash("a" * 128)
    with measured(time.process_time) as verifying:
        assert not await hasher.verify(stored, "a" + "\u0301\u0323" * 500_000)
        assert not await hasher.verify(stored, "a" * 1_000_000)
    assert verifying.pieces < 400
    hasher.close()


async def test_nothing_is_cut_off_a_password_of_128_letters_each_typed_as_four() -> None:
    hasher = Hasher()
    typed = "\u1f82" * 127
    spelled = unicodedata.normalize("NFD", typed)
    assert len(spelled) == 4 * 127
    stored = await hasher.hash(typed + "a")
    assert await hasher.verify(stored, spelled + "a")
    assert not await hasher.verify(stored, spelled + "b")
    hasher.close()
