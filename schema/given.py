"""Input fields of which absent and null mean different things, for the services."""

import strawberry

from services.given import UNSET, Given


def given(value: strawberry.Maybe[str | None]) -> Given:
    """UNSET for an absent field; otherwise its value, which may be None."""
    return UNSET if value is None else value.value
