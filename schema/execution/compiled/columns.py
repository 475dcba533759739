"""Which columns the selections below a field need of the rows that the field fetches."""

from typing import Any

from graphql import FieldNode, GraphQLInterfaceType, GraphQLObjectType, get_named_type
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from tortoise.fields.relational import ForeignKeyFieldInstance

from schema.execution.compiled.selections import Selections
from schema.rows import CARD, NEEDS

DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF
"""Under which graphql-core's types and fields lead back to Strawberry's."""

ROW = "User"
"""The type whose rows are fetched by columns, below the fields that lead to it: lists and single users."""


def columns_of(selections: Selections, type: Any, nodes: list[FieldNode]) -> tuple[str, ...] | None:
    """The columns of all users below this field; None where it leads to none, or where one needs the whole row."""
    wanted: set[str] = set()
    try:
        found = _below(selections, get_named_type(type), nodes, wanted)
    except _WholeRow:
        return None
    return tuple(sorted(wanted | {"id"})) if found else None


class _WholeRow(Exception):
    """A field does not say what it needs."""


def _below(selections: Selections, type: Any, nodes: list[FieldNode], wanted: set[str]) -> bool:
    if isinstance(type, GraphQLInterfaceType):
        # All of them, for each adds to `wanted`.
        leads = [_below(selections, possible, nodes, wanted) for possible in selections.schema.get_possible_types(type)]
        return any(leads)
    if not isinstance(type, GraphQLObjectType):
        return False
    if type.name == ROW:
        _collect(selections, type, nodes, "", wanted)
        return True
    found = False
    for below in selections.of(type, [node.selection_set for node in nodes if node.selection_set]).values():
        definition = type.fields.get(below[0].name.value)
        if definition is not None:
            found = _below(selections, get_named_type(definition.type), below, wanted) or found
    return found


def _collect(selections: Selections, type: Any, nodes: list[FieldNode], prefix: str, wanted: set[str]) -> None:
    """Adds what the selected fields of a row's type need; `prefix` leads from the fetched row to this one."""
    wanted.add(f"{prefix}id")
    for below in selections.of(type, [node.selection_set for node in nodes if node.selection_set]).values():
        name = below[0].name.value
        if name in ("__typename", "id"):
            continue
        field: StrawberryField = type.fields[name].extensions[DEFINITION]
        child = get_named_type(type.fields[name].type)
        if CARD in field.metadata:
            _collect(selections, child, below, prefix, wanted)
        elif NEEDS in field.metadata:
            wanted.update(prefix + column for column in field.metadata[NEEDS])
        elif leads_to_one(type, name):
            _collect(selections, child, below, f"{prefix}{field.python_name}__", wanted)
        elif _column(type, field) is None:
            raise _WholeRow
        else:
            wanted.add(prefix + field.python_name)


def leads_to_one(type: GraphQLObjectType, name: str) -> bool:
    """Whether the field of a row's type is another row, to which a column refers."""
    return isinstance(_column(type, type.fields[name].extensions[DEFINITION]), ForeignKeyFieldInstance)


def never_null(type: GraphQLObjectType, name: str) -> bool:
    """Whether the database keeps null out of the column that the field reads."""
    column = _column(type, type.fields[name].extensions[DEFINITION])
    return name == "id" or (column is not None and not column.null)


def attribute_of(type: GraphQLObjectType, name: str) -> str:
    """Where an object has the field's value. Of another row it is where Tortoise keeps it, behind a slow property."""
    attribute: str = type.fields[name].extensions[DEFINITION].python_name
    return f"_{attribute}" if leads_to_one(type, name) else attribute


def _column(type: GraphQLObjectType, field: StrawberryField) -> Any:
    """The column that a field without a resolver reads; None where there is none."""
    row_type = getattr(type.extensions[DEFINITION].origin, "row_type", None)
    if row_type is None or field.base_resolver is not None:
        return None
    return row_type._meta.fields_map.get(field.python_name)
