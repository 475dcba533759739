"""CPU time as a multiple of a fixed piece of work that is done in the same moment.

A slow or busy machine takes longer for both, so the ratio is about the same on every machine.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

STEPS, TRIES = 60_000, 3


@dataclass
class Measured:
    """`pieces`: CPU time of a block, in pieces of reference work; known once the block has ended."""

    pieces: float = 0.0


@contextmanager
def measured(clock: Callable[[], float] = time.thread_time) -> Iterator[Measured]:
    """Measures a block by the CPU clock of this thread, or of the process where other threads do the work."""
    result, before = Measured(), _piece()
    started = clock()
    yield result
    spent = clock() - started
    result.pieces = spent / min(before, _piece())


def _piece() -> float:
    """CPU seconds of one piece of work: the least of some tries; about five milliseconds on a machine of 2026."""
    return min(_work() for _ in range(TRIES))


def _work() -> float:
    started, texts = time.thread_time(), {}
    for number in range(STEPS):
        texts[number & 1023] = str(number)
    return time.thread_time() - started
