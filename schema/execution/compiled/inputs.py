"""Values from a client in the form that resolvers take: what graphql-core and Strawberry do in two walks with each
request is put together here once for each type. A value that does not fit raises, and graphql-core says what is wrong.
"""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
)
from graphql.type import is_required_input_field
from graphql.utilities.coerce_input_value import coerce_default_value
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryMaybe

from schema.execution.compiled.columns import DEFINITION
from schema.execution.compiled.running import Odd
from schema.execution.compiled.selections import NotCovered

Coerce = Callable[[Any], Any]
"""Takes a value as JSON has it."""


class Inputs:
    """Puts coercions together, for the types of one schema."""

    def __init__(self, converter: GraphQLCoreConverter) -> None:
        self._converter = converter

    def coercion(self, type: Any) -> Coerce:
        """Raises NotCovered for types that only Strawberry can make."""
        if isinstance(type, GraphQLNonNull):
            inner = self.coercion(type.of_type)
            return lambda value: inner(required(value))
        if isinstance(type, GraphQLList):
            return _list(self.coercion(type.of_type))
        if isinstance(type, GraphQLInputObjectType):
            fields = {name: self.coercion(field.type) for name, field in type.fields.items()}
            return _object(self.made(type), fields)
        leaf: Coerce = type.coerce_input_value
        return lambda value: None if value is None else leaf(value)

    def made(self, type: GraphQLInputObjectType) -> "InputObject":
        """What makes Strawberry's object of the fields given, by their names in the schema."""
        definition = type.extensions[DEFINITION]
        if type.is_one_of or definition.from_input is not None:
            raise NotCovered(type.name)
        named = {name: field.extensions[DEFINITION] for name, field in type.fields.items()}
        defaults = {name: self._default_of_field(type.fields[name], field) for name, field in named.items()}
        return InputObject(
            make=definition.origin,
            names={name: field.python_name for name, field in named.items()},
            required={name for name, field in type.fields.items() if is_required_input_field(field)},
            defaults={named[name].python_name: default for name, default in defaults.items()},
        )

    def default_of(self, input: GraphQLArgument | GraphQLInputField, type: Any) -> Any:
        """What stands where nothing is given, in the form that resolvers take; Undefined: nothing does."""
        default = coerce_default_value(input)
        if default is Undefined:
            return Undefined
        return convert_argument(default, type, self._converter.scalar_registry, self._converter.config)

    def _default_of_field(self, input: GraphQLInputField, field: Any) -> Any:
        """Fields without a default are null where they are absent, as Strawberry has it."""
        type = field.resolve_type()
        if isinstance(type, StrawberryMaybe):
            raise NotCovered(field.python_name)
        default = self.default_of(input, type)
        return None if default is Undefined else default


class InputObject:
    """Makes objects of one input type."""

    def __init__(self, make: Any, names: dict[str, str], required: set[str], defaults: dict[str, Any]) -> None:
        self._make, self._names, self._required, self._defaults = make, names, required, defaults

    def __call__(self, given: Mapping[str, Any]) -> Any:
        if not given.keys() >= self._required:
            raise Odd
        return self._make(**self._defaults | {self._names[name]: value for name, value in given.items()})


def required(value: Any) -> Any:
    """The value, which must not be null."""
    if value is None:
        raise Odd
    return value


def _list(coerce: Coerce) -> Coerce:
    """A value that is no list stands for a list of one (GraphQL, 3.11)."""

    def coerced(value: Any) -> Any:
        if isinstance(value, list):
            return [coerce(item) for item in value]
        return None if value is None else [coerce(value)]

    return coerced


def _object(make: InputObject, fields: dict[str, Coerce]) -> Coerce:
    def coerced(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Odd
        return make({name: fields[name](item) for name, item in value.items()})

    return coerced
