"""Lists within conditions: what they take to be read grows with their length, which the cost limit does not know."""

from collections.abc import Sequence
from typing import TypeVar

from schema.errors import BadUserInput
from services.user_query import distinct

MOST_VALUES = 100

Value = TypeVar("Value", bound=str)


def any_of(name: str, values: Sequence[Value] | None) -> tuple[Value, ...] | None:
    """Each value once, of a list given as `name`. Raises BadUserInput for more than MOST_VALUES."""
    once = distinct(values)
    if once is not None and len(once) > MOST_VALUES:
        raise BadUserInput(f"`{name}` may have {MOST_VALUES} different values at most.")
    return once
