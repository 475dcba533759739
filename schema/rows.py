"""Fields of types whose objects are rows: what they need of it, and how they are made of it, beside the field.

A field without a resolver is the column of its name. A field that says nothing needs the whole row: forgetting costs
speed, not truth. graphql-core and compiled operations read the same words.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import strawberry
from strawberry.types.nodes import SelectedField, Selection

from models.hydration import Columns
from models.platform import Platform
from schema.context import Info

NEEDS = "needs"
VALUE = "value"
JUDGE = "judge"
CARD = "card"
ASKS_WHAT_IS_SELECTED = "asks what is selected"

Value = Callable[[Any], Any]
"""Makes a field of a row."""


def needs(*columns: str) -> dict[str, Any]:
    """The `metadata` of a field whose resolver reads these columns, written as Tortoise does: `role__name`."""
    return {NEEDS: columns}


def asks_what_is_selected() -> dict[str, Any]:
    """The `metadata` of a field whose resolver calls `selects`."""
    return {ASKS_WHAT_IS_SELECTED: True}


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


def selects(info: Any, name: str) -> bool:
    """Whether the client selects the field of this name, as the schema spells it, directly below the field of `info`.

    The field's metadata has `asks_what_is_selected`, and it returns an object type.
    """
    selected: frozenset[str] | None = getattr(info, "selected", None)
    if selected is not None:
        return name in selected
    return any(_has(field.selections, name) for field in info.selected_fields)


def _has(selections: list[Selection], name: str) -> bool:
    """Whether a field of this name is among these selections and those of their fragments."""
    for selection in selections:
        if (
            selection.directives.get("skip", {}).get("if")
            or not selection.directives.get("include", {"if": True})["if"]
        ):
            continue
        if selection.name == name if isinstance(selection, SelectedField) else _has(selection.selections, name):
            return True
    return False


def columns_wanted(info: Any) -> Columns | None:
    """The columns that the compiled operation asks for; None where graphql-core executes it, and wants whole rows."""
    wanted: Columns | None = getattr(info, "columns", None)
    return wanted
