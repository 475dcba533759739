"""The variables of an operation and the arguments of its fields, put together once and filled in for each request."""

from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableNode,
    type_from_ast,
)
from graphql.type import is_required_argument
from graphql.utilities import coerce_input_literal

from schema.execution.compiled.columns import DEFINITION
from schema.execution.compiled.inputs import Coerce, Inputs, required
from schema.execution.compiled.running import Odd
from schema.execution.compiled.selections import NotCovered

Values = dict[str, Any]
"""Of variables, or of arguments by their Python names; in the form that resolvers take. What is absent is not there."""

Fill = Callable[[Values], Any]
"""Takes the variables' values; Undefined stands for a variable without one."""


class Variables:
    """Of one operation."""

    def __init__(self, schema: GraphQLSchema, inputs: Inputs, operation: OperationDefinitionNode) -> None:
        self._coercions: dict[str, Coerce] = {}
        self._defaults: dict[str, Fill] = {}
        self._required: set[str] = set()
        for definition in operation.variable_definitions or ():
            name, type = definition.variable.name.value, type_from_ast(schema, definition.type)
            self._coercions[name] = inputs.coercion(type)
            if definition.default_value is not None:
                self._defaults[name] = literal(inputs, definition.default_value, type)
            elif isinstance(type, GraphQLNonNull):
                self._required.add(name)

    def of(self, given: Values) -> Values:
        """Raises whatever is wrong with what the client gave."""
        if not given.keys() >= self._required:
            raise Odd
        values = {name: coerce(given[name]) for name, coerce in self._coercions.items() if name in given}
        for name, default in self._defaults.items():
            if name not in values:
                values[name] = default(values)
        return values


class Arguments:
    """Of one field of an operation."""

    def __init__(self, inputs: Inputs, definition: GraphQLField, node: FieldNode) -> None:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        self._always: Values = {}
        self._fills: list[tuple[str, Fill]] = []
        for name, argument in definition.args.items():
            strawberry = argument.extensions[DEFINITION]
            default = inputs.default_of(argument, strawberry.type)
            if default is not Undefined:
                self._always[strawberry.python_name] = default
            if name not in given:
                continue
            fill = literal(inputs, given[name], argument.type)
            if isinstance(given[name], VariableNode) and is_required_argument(argument):
                fill = _there(fill)
            self._fills.append((strawberry.python_name, fill))

    def of(self, variables: Values) -> Values:
        values = self._always.copy()
        for name, fill in self._fills:
            if (value := fill(variables)) is not Undefined:
                values[name] = value
        return values


def literal(inputs: Inputs, node: ValueNode, type: Any) -> Fill:
    """A value that stands in the document, with places for the variables in it."""
    if isinstance(node, VariableNode):
        name = node.name.value
        if isinstance(type, GraphQLNonNull):
            return lambda variables: required(variables.get(name, Undefined))
        return lambda variables: variables.get(name, Undefined)
    if isinstance(type, GraphQLNonNull):
        inner = literal(inputs, node, type.of_type)
        return lambda variables: required(inner(variables))
    if isinstance(node, NullValueNode):
        return lambda variables: None
    if isinstance(type, GraphQLList):
        return _list(inputs, node, type.of_type)
    if isinstance(type, GraphQLInputObjectType):
        return _object(inputs, node, type)
    value = coerce_input_literal(node, type)
    if value is Undefined or isinstance(node, ListValueNode | ObjectValueNode):
        raise NotCovered(str(type))
    return lambda variables: value


def _list(inputs: Inputs, node: ValueNode, type: Any) -> Fill:
    """A literal that is no list stands for a list of one; a variable without a value in a list, for null."""
    nodes = node.values if isinstance(node, ListValueNode) else [node]
    items = [literal(inputs, item, type) for item in nodes]
    if isinstance(type, GraphQLNonNull):
        items = [_there(item) for item in items]

    def filled(variables: Values) -> list[Any]:
        values = [item(variables) for item in items]
        return [None if value is Undefined else value for value in values]

    return filled


def _object(inputs: Inputs, node: ValueNode, type: GraphQLInputObjectType) -> Fill:
    """A field whose variable has no value is absent."""
    if not isinstance(node, ObjectValueNode):
        raise NotCovered(type.name)
    make = inputs.made(type)
    fields = [(f.name.value, literal(inputs, f.value, type.fields[f.name.value].type)) for f in node.fields]

    def filled(variables: Values) -> Any:
        values = [(name, fill(variables)) for name, fill in fields]
        return make({name: value for name, value in values if value is not Undefined})

    return filled


def _there(fill: Fill) -> Fill:
    """For a required argument: its variable must have a value."""

    def filled(variables: Values) -> Any:
        if (value := fill(variables)) is Undefined:
            raise Odd
        return value

    return filled
