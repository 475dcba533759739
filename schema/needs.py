"""What a field needs of its row, said beside the field: so that only these columns are fetched.

A field without a resolver needs the column of its name. A field that says nothing needs the whole row: forgetting
costs speed, not truth.
"""

from typing import Any

from models.hydration import Columns

NEEDS = "needs"


def needs(*columns: str) -> dict[str, Any]:
    """The `metadata` of a field whose resolver reads these columns, written as Tortoise does: `role__name`."""
    return {NEEDS: columns}


def columns_wanted(info: Any) -> Columns | None:
    """The columns that the compiled operation asks for; None where graphql-core executes it, and wants whole rows."""
    wanted: Columns | None = getattr(info, "columns", None)
    return wanted
