"""Fields of types whose objects are rows: what they need of it, and how they are made of it, beside the field.

A field without a resolver is the column of its name. A field that says nothing needs the whole row: forgetting costs
speed, not truth. graphql-core and compiled operations read the same words.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import strawberry

from models.hydration import Columns
from models.platform import Platform
from schema.context import Info

NEEDS = "needs"
VALUE = "value"
JUDGE = "judge"
CARD = "card"

Value = Callable[[Any], Any]
"""Makes a field of a row."""


def needs(*columns: str) -> dict[str, Any]:
    """The `metadata` of a field whose resolver reads these columns, written as Tortoise does: `role__name`."""
    return {NEEDS: columns}


def of_row(value: Value, *columns: str, description: str) -> Any:
    """A field made of these columns and nothing else."""

    def resolve(self: Any) -> Any:
        return value(self)

    return strawberry.field(resolver=resolve, description=description, metadata={NEEDS: columns, VALUE: value})


def judged(judge: Callable[[Platform, datetime], Value], *columns: str, description: str) -> Any:
    """A field that depends on policy and time, too: `judge` says once a request how it is made of a row."""

    def resolve(self: Any, info: Info) -> Any:
        return info.context.judge(judge)(self)

    return strawberry.field(resolver=resolve, description=description, metadata={NEEDS: columns, JUDGE: judge})


def card(*, description: str) -> Any:
    """A part of the row as an object of its own, whose fields are read off the same row."""

    def resolve(self: Any) -> Any:
        return self

    return strawberry.field(resolver=resolve, description=description, metadata={NEEDS: (), CARD: True})


def columns_wanted(info: Any) -> Columns | None:
    """The columns that the compiled operation asks for; None where graphql-core executes it, and wants whole rows."""
    wanted: Columns | None = getattr(info, "columns", None)
    return wanted
