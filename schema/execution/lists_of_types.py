"""How long the lists of an introspection are, counted in the schema itself.

What hangs on `__schema` goes through all types, so there a list is as long as it is on average; what hangs on
`__type` may go through the largest type every time.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from statistics import mean
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLWrappingType,
)

Lengths = Mapping[str, float]
"""By the coordinate of the field that is a list; `__Type.ofType` is one of none or one."""

AT_WORST = ("__Type.interfaces", "__Type.possibleTypes")
"""On average next to nothing, but then of large types."""


@cache
def lists_of_types(schema: GraphQLSchema) -> dict[str, Lengths]:
    """By the field of the query that they hang on."""
    whole: dict[str, float] = {"__Schema.types": len(schema.type_map), "__Schema.directives": len(schema.directives)}
    counted: dict[str, list[int]] = {}
    for name, length in _lists(schema):
        counted.setdefault(name, []).append(length)
    longest = {name: max(lengths) for name, lengths in counted.items()}
    usual = {name: longest[name] if name in AT_WORST else mean(lengths) for name, lengths in counted.items()}
    return {"__schema": whole | usual, "__type": whole | longest}


def _lists(schema: GraphQLSchema) -> Iterator[tuple[str, int]]:
    """Every list that there is, with its length."""
    for directive in schema.directives:
        yield "__Directive.args", len(directive.args)
        yield "__Directive.locations", len(directive.locations)
    for type in schema.type_map.values():
        fields = type.fields if isinstance(type, GraphQLObjectType | GraphQLInterfaceType) else {}
        inputs = type.fields if isinstance(type, GraphQLInputObjectType) else {}
        yield "__Type.fields", len(fields)
        yield "__Type.inputFields", len(inputs)
        yield "__Type.enumValues", len(type.values) if isinstance(type, GraphQLEnumType) else 0
        yield "__Type.interfaces", len(getattr(type, "interfaces", ()))
        possible = schema.get_possible_types(type) if isinstance(type, GraphQLInterfaceType) else ()
        yield "__Type.possibleTypes", len(possible)
        for field in fields.values():
            yield "__Field.args", max(1, len(field.args))  # an empty list is made, too
        arguments = [argument for field in fields.values() for argument in field.args.values()]
        for typed in (*fields.values(), *inputs.values(), *arguments):
            yield from _wrappings(typed.type)


def _wrappings(type: Any) -> Iterator[tuple[str, int]]:
    """One for each wrapping of a type, and none for what is inside."""
    while isinstance(type, GraphQLWrappingType):
        yield "__Type.ofType", 1
        type = type.of_type
    yield "__Type.ofType", 0
