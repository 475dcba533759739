"""What an operation costs at most: every field, times the lists that it stands in. Known before it is executed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

from schema.execution import sizes
from schema.execution.limits import INTROSPECTION
from schema.execution.lists_of_types import Lengths, lists_of_types
from services.paging import LARGEST, PAGE

SIZED_BY = ("first", "last")
MOST_REMEMBERED = 128
CEILING = 10**9
"""Costs are told up to this; fragments within fragments make larger ones quickly."""


@dataclass(frozen=True)
class Price:
    """Of some selections: once, and for each row of the page that they stand in."""

    once: float = 0
    row: float = 0

    def __add__(self, other: "Price") -> "Price":
        return Price(min(self.once + other.once, CEILING), min(self.row + other.row, CEILING))


FREE = Price()


class Pricing:
    """Prices one operation of a valid document with these variables; each fragment once."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        variables: Mapping[str, Any],
        lists: Lengths = sizes.LISTS,
    ) -> None:
        self._schema, self._document, self._variables, self._lists = schema, document, variables, lists
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, Price] = {}

    def of(self, operation: OperationDefinitionNode) -> int:
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        price = self._selections(operation.selection_set, root).once
        if operation.operation is OperationType.MUTATION:
            price += sizes.MUTATION * sizes.STATEMENT * len(operation.selection_set.selections)
        return min(ceil(price), CEILING)

    @cached_property
    def _introspection(self) -> dict[str, "Pricing"]:
        """For what hangs on `__schema` and `__type`, whose lists have lengths of their own."""
        lists = lists_of_types(self._schema)
        return {name: Pricing(self._schema, self._document, self._variables, lists[name]) for name in lists}

    def _selections(self, node: SelectionSetNode, parent: GraphQLNamedType) -> Price:
        return sum((self._selection(selection, parent) for selection in node.selections), FREE)

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType) -> Price:
        if isinstance(node, FieldNode):
            return self._field(node, parent)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        condition = node.type_condition  # type: ignore[attr-defined]
        inside = self._schema.type_map[condition.name.value] if condition else parent
        return self._selections(node.selection_set, inside)  # type: ignore[attr-defined]

    def _fragment(self, name: str) -> Price:
        if name not in self._known:
            node = self._fragments[name]
            parent = self._schema.type_map[node.type_condition.name.value]
            self._known[name] = self._selections(node.selection_set, parent)
        return self._known[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> Price:
        name = node.name.value
        field = self._schema.get_field(cast("GraphQLObjectType", parent), name)
        assert field is not None
        coordinate, returned = f"{parent.name}.{name}", get_named_type(field.type)
        below = self._introspection[name] if name in INTROSPECTION else self
        inside = below._selections(node.selection_set, returned) if node.selection_set else FREE
        plain = sizes.INTROSPECTED if parent.name.startswith("__") else sizes.FIELD
        each = (
            sizes.FIELDS.get(coordinate, plain)
            if is_leaf_type(returned)
            else sizes.ROWS.get(returned.name, sizes.OBJECT) + inside.once
        )
        if name in sizes.PAGES and parent.name.endswith("Connection"):
            return Price(row=each)
        rows = max(1, self._page(node)) if "first" in field.args else 0
        statements = sizes.STATEMENT * sizes.STATEMENTS.get(coordinate, 0)
        whole = statements + each * self._lists.get(coordinate, 1)
        return Price(once=whole * _times(node, coordinate) + inside.row * rows)

    def _page(self, node: FieldNode) -> int:
        """The most rows that the arguments allow; sizes out of bounds are refused before a row is read."""
        asked = [self._value(argument.value) for argument in node.arguments or () if argument.name.value in SIZED_BY]
        given = [size for value in asked if (size := _number(value)) is not None]
        return max(given, default=PAGE)

    def _value(self, value: ValueNode) -> Any:
        if isinstance(value, IntValueNode):
            return int(value.value)
        return self._variables.get(value.name.value) if isinstance(value, VariableNode) else None


class Costs:
    """Of one valid document's operations; remembered for the page sizes that were asked before."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema, self._document = schema, document
        self._known: dict[tuple[object, ...], int] = {}

    def of(self, operation: OperationDefinitionNode, variables: Mapping[str, Any] | None) -> int:
        """In points, for variables as the client sent them."""
        numbers = dict(_numbers(operation, variables or {}))
        asked = (id(operation), *numbers.items())
        if asked not in self._known:
            if len(self._known) == MOST_REMEMBERED:
                self._known.clear()
            self._known[asked] = Pricing(self._schema, self._document, numbers).of(operation)
        return self._known[asked]


def _times(node: FieldNode, coordinate: str) -> int:
    """What a filter multiplies the price of a list by; a variable counts as one, whatever it holds."""
    filtered = any(argument.name.value == "filter" for argument in node.arguments or ())
    return sizes.FILTERED.get(coordinate, 1) if filtered else 1


def _number(value: Any) -> int | None:
    """A whole number, no larger than matters; `100.0` is one, too (GraphQL, 3.5.1)."""
    if isinstance(value, float) and not value.is_integer():
        return None
    return min(abs(int(value)), LARGEST) if isinstance(value, int | float) else None


def _numbers(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    """The operation's variables that are whole numbers, no larger than matters; defaults where none is given."""
    for definition in operation.variable_definitions or ():
        name, default = definition.variable.name.value, definition.default_value
        given = variables.get(name, int(default.value) if isinstance(default, IntValueNode) else None)
        if (value := _number(given)) is not None:
            yield name, value
