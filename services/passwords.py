"""Hashing and checking passwords: Argon2id, in threads, a few at once."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.refusals import RateLimited

MEMORY_KIB, ROUNDS, LANES = 19456, 2, 1
"""OWASP's minimum for Argon2id, which fits two cores best."""

ARGON2 = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)

LONGEST_TYPED = 512
"""Code points before NFC: 128 after it are at most four times as many. What is longer is nobody's password, and
putting it into order could take minutes, for marks are sorted one by one."""

Result = TypeVar("Result")


class Hasher:
    """Runs at most `at_once` hashes in threads and lets at most `waiting` more queue; then RateLimited."""

    def __init__(self, *, at_once: int = 2, waiting: int = 50, argon2: PasswordHasher = ARGON2) -> None:
        self._argon2 = argon2
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")
        self._room = at_once + waiting
        self._decoy = self._argon2.hash("nobody's password")

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._argon2.hash(_normal(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Does the same work whether there is a hash to compare with or not, so that time tells nothing."""
        if len(password) > LONGEST_TYPED:
            stored, password = None, password[:LONGEST_TYPED]
        right = await self._run(lambda: self._matches(stored or self._decoy, password))
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._argon2.check_needs_rehash(stored)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._argon2.verify(stored, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._room <= 0:
            raise RateLimited(retry_after=2, message="The server is busy; try again in a moment.")
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._room += 1


def _normal(password: str) -> bytes:
    """NFC, so that the same letters typed on two keyboards are one password (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
