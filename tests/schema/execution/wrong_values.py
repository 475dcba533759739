"""Values that do not fit the input types of the schema, as JSON, and documents that send them, both ways."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
)

from schema.notation import notation

WRONG: list[Any] = [
    None,
    True,
    False,
    0,
    -7,
    2**31,
    10**30,
    1.5,
    1e300,
    "",
    "zq",
    "it's",
    'q"q',
    "ß\n",
    [],
    {},
    [None],
    [True, "zq", 1.5],
    [[["zq"]]],
    {"zq": None},
    {"zq": True, "qz": ["zq"]},
    {"zq": {"zq": {"zq": "zq"}}},
    {"not a name": "it's"},
    list(range(12)),
]


@dataclass
class WrongValues:
    """Makes values from one source of randomness: of the right shape, with something wrong somewhere in it."""

    random: Random

    def of(self, type: GraphQLInputType, *, depth: int = 3) -> Any:
        """Mostly of the right shape, so that what is wrong stands deep within the value, too."""
        if depth == 0 or self.random.random() < 0.35:
            return self.random.choice(WRONG)
        if isinstance(type, GraphQLNonNull):
            return self.of(type.of_type, depth=depth)
        if isinstance(type, GraphQLList):
            return [self.of(type.of_type, depth=depth - 1) for _ in range(self.random.randint(0, 3))]
        if isinstance(type, GraphQLInputObjectType):
            chosen = [name for name in type.fields if self.random.random() < 0.6]
            made = {name: self.of(type.fields[name].type, depth=depth - 1) for name in chosen}
            return made | ({"zq": self.random.choice(WRONG)} if self.random.random() < 0.1 else {})
        if isinstance(type, GraphQLEnumType):
            return self.random.choice([*type.values, "zq", *[name.lower() for name in type.values]])
        return self.random.choice(WRONG)


def fields_with_arguments(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    """Of the root types: `query` or `mutation`, the field's name, the field."""
    for operation, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert root is not None
        yield from ((operation, name, field) for name, field in root.fields.items() if field.args)


def by_variables(operation: str, name: str, field: GraphQLField) -> str:
    """A document in which each argument of the field is a variable of the same name."""
    declared = ", ".join(f"${argument}: {made.type}" for argument, made in field.args.items())
    given = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    return f"{operation} ({declared}) {{ {name}({given}){_inner(field)} }}"


def by_literals(operation: str, name: str, field: GraphQLField, values: dict[str, Any]) -> str:
    """A document with the values in it."""
    given = ", ".join(f"{argument}: {literal(value)}" for argument, value in values.items())
    return f"{operation} {{ {name}{f'({given})' if given else ''}{_inner(field)} }}"


def literal(value: Any) -> str:
    """JSON as GraphQL writes it; what looks like the name of an enum's value is one."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key.replace(' ', '_')}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return value if isinstance(value, str) and value.isupper() and value.isidentifier() else notation(value)


def _inner(field: GraphQLField) -> str:
    return " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
