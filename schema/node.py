"""The Node interface: every record with an id of its own."""

from typing import Any, ClassVar

import strawberry
from strawberry.types import Info
from tortoise import Model

from schema.ids import global_id


@strawberry.interface(description="A record with a global id.")
class Node:
    """GraphQL types of rows resolve their fields on the row itself: `self` is the row, whose class is `row_type`."""

    row_type: ClassVar[type[Model]]

    @strawberry.field(description="Opaque, global and stable.")
    def id(self, info: Info[Any, None]) -> strawberry.ID:
        return global_id(info.path.typename or "", self.pk)  # type: ignore[attr-defined]

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        return isinstance(value, cls.row_type)
