"""What schemathesis asks of every answer besides its own checks; it loads this by SCHEMATHESIS_HOOKS."""

import zlib
from pathlib import Path
from typing import Any

import graphql
import schemathesis

from tests.attack.handing_on import SPARED, Memory

SLOWEST_SECONDS = 5.0
MEMORY = Memory(spared=Path(SPARED).read_text())
LEFT_OUT = ((), ("last", "before", "offset"), ("last", "before", "offset", "after"))
"""Arguments of lists: all ways of paging at once, as they are mostly made up, are refused before anything is read."""


@schemathesis.check
def no_bug_of_ours(context: Any, response: Any, case: Any) -> None:
    """Whatever was asked: JSON, soon, with a status and codes that are a client's affair."""
    body = response.json()
    codes = {error["extensions"]["code"] for error in body.get("errors", ())}
    assert response.status_code in (200, 400), f"status {response.status_code}"
    assert "INTERNAL" not in codes, "a bug, or the database was away"
    assert response.elapsed < SLOWEST_SECONDS, f"{response.elapsed:.1f} seconds"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """One list in three is asked for as it was made up, one forwards, and one from the beginning. Every second request
    is about what earlier answers have given.
    """
    if not case.meta.generation.mode.is_negative:
        luck = zlib.crc32(case.body.encode())
        leaving_out = Without(LEFT_OUT[luck % 3])
        case.body = graphql.print_ast(graphql.visit(graphql.parse(case.body), leaving_out))
        case.body = MEMORY.hand_on(case.body, luck // 6) if luck % 2 else case.body


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    MEMORY.learn(response.json())


class Without(graphql.Visitor):
    """Leaves arguments with these names out of a document."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names

    def enter_argument(self, node: graphql.ArgumentNode, *place: Any) -> Any:
        return graphql.REMOVE if node.name.value in self.names else None
