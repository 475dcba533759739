"""What the server's settings say of documents. Light to import: the settings name these types."""

from dataclasses import dataclass
from typing import Literal

from schema.execution.trusted import TrustedDocuments

COST_LIMIT = 30_000
"""Points, by default; see `sizes`."""

Introspection = Literal["public", "signed-in", "off"]
"""Who may read the schema."""


@dataclass(frozen=True)
class Rules:
    cost_limit: int = COST_LIMIT
    introspection: Introspection = "signed-in"
    trusted: TrustedDocuments | None = None
