"""Random queries that cost nearly as much as may be: to hold the prices against the clock."""

from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from schema.execution.documents import Documents
from schema.root import schema

GRAPHQL: GraphQLSchema = schema._schema
META = {"__schema": GRAPHQL.type_map["__Schema"], "__type": GRAPHQL.type_map["__Type"]}
PAGES = (1, 3, 10, 25, 50, 100)
TRIES = 5000


class CostlyDocuments:
    """`ids` are global ids by type name; the same seed makes the same documents, which go with these `variables`."""

    variables: ClassVar[dict[str, Any]] = {}

    def __init__(self, seed: int, ids: dict[str, str]) -> None:
        self._random, self._ids = Random(seed), ids

    def between(self, cheapest: int, dearest: int) -> Iterator[tuple[str, int]]:
        """Documents with their costs."""
        for _ in range(TRIES):
            source = self._document()
            prepared = Documents(schema).prepare(source)
            if not prepared.errors:
                cost = prepared.cost(prepared.operation(None), {})
                if cheapest <= cost <= dearest:
                    yield source, cost

    def _document(self) -> str:
        roots = [*GRAPHQL.query_type.fields, *META]  # type: ignore[union-attr]
        name, levels = self._random.choice(roots), self._random.randint(3, 9)
        copies = self._random.choice((1, 1, 2, 5, 12, 29))
        parts = [f"a{number}: {self._root(name, levels)}" for number in range(copies)]
        return "{ " + " ".join(parts) + " }"

    def _root(self, name: str, levels: int) -> str:
        if name in META:
            asked = "" if name == "__schema" else f'(name: "{self._random.choice(list(GRAPHQL.type_map))}")'
            return f"{name}{asked} {self._selections(META[name], levels)}"
        return self._field(GRAPHQL.query_type, name, levels)  # type: ignore[arg-type]

    def _field(self, parent: GraphQLObjectType | GraphQLInterfaceType, name: str, levels: int) -> str:
        field = parent.fields[name]
        returned, asked = get_named_type(field.type), self._arguments(field)
        return f"{name}{asked}" + ("" if is_leaf_type(returned) else f" {self._selections(returned, levels - 1)}")

    def _arguments(self, field: GraphQLField) -> str:
        if "first" in field.args:
            return f"(first: {self._random.choice(PAGES)})"
        if any(is_required_argument(argument) for argument in field.args.values()):
            return f'(id: "{self._ids[self._random.choice(list(self._ids))]}")'
        return ""

    def _selections(self, parent: GraphQLNamedType, levels: int) -> str:
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        leaves = [name for name, field in parent.fields.items() if is_leaf_type(get_named_type(field.type))]
        objects = [name for name in parent.fields if name not in leaves] if levels > 1 else []
        chosen = self._some(leaves, 40) + self._some(objects, 3)
        return "{ __typename " + " ".join(self._field(parent, name, levels) for name in chosen) + " }"

    def _some(self, names: list[str], most: int) -> list[str]:
        return self._random.sample(names, self._random.randint(0, min(len(names), most)))
