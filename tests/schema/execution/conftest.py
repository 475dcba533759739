"""What tests that measure documents may use."""

import gc
from collections.abc import Iterator

import pytest

from server.memory import settle_memory


@pytest.fixture
def settled_memory() -> Iterator[None]:
    """The garbage collector as a server has it: a test's own looks through all that the suite has loaded, too."""
    thresholds = gc.get_threshold()
    settle_memory()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
