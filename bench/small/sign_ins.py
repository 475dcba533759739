"""How many sign-ins a second, against as many bare verifications of Argon2id."""

import asyncio
import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import orjson
from argon2 import PasswordHasher

from bench.peers.client import saturate
from bench.peers.data import Data, copied, drop, plain_addresses
from bench.peers.servers import ROLLCALL, running
from services.demo.platforms import PASSWORD
from services.passwords import LANES, MEMORY_KIB, ROUNDS

AT_ONCE, THREADS, SECONDS = 8, 2, 3.0
DOCUMENT = """mutation In($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { errors { code message } session { token } }
}"""


def measure(data: Data, *, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Into a copy of the database; the two take turns."""
    writable, bare, ours = copied(data), [], []
    try:
        addresses = itertools.cycle(plain_addresses(writable, 500))
        with running(ROLLCALL, writable, pinning=False) as rollcall:
            for _ in range(rounds):
                bare.append(_bare())
                ours.append(_sign_ins(rollcall.url, addresses))
                say(f"sign-ins: {ours[-1]:.1f}/s, bare Argon2id {bare[-1]:.1f}/s")
    finally:
        drop(writable)
    ratio = median(mine / limit for mine, limit in zip(ours, bare, strict=True))
    return {"bare": median(bare), "rollcall": median(ours), "ratio": ratio}


def _sign_ins(url: str, addresses: Any) -> float:
    def body() -> bytes:
        return orjson.dumps({"query": DOCUMENT, "variables": {"email": next(addresses), "password": PASSWORD}})

    return asyncio.run(saturate(url, "", body, connections=AT_ONCE, seconds=SECONDS)).throughput


def _bare() -> float:
    hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
    hash, began = hasher.hash(PASSWORD), time.perf_counter()

    def verify(_: int) -> int:
        count = 0
        while time.perf_counter() - began < SECONDS:
            hasher.verify(hash, PASSWORD)
            count += 1
        return count

    with ThreadPoolExecutor(THREADS) as threads:
        done = sum(threads.map(verify, range(THREADS)))
    return done / (time.perf_counter() - began)
