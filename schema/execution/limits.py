"""What a document may hold, counted before it is validated.

Every fragment is walked once, however often it is spread, so the count is linear in the document; counting again at
each spread doubles with every level of fragments.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.errors import TooComplex

MOST_TOKENS = 2000
MOST_LEVELS = 12
MOST_NESTING = 50
MOST_ALIASES = 30
MOST_DIRECTIVES = 20
MOST_OPERATIONS = 30
MOST_MUTATIONS = 5
MOST_GUESSES = 1

DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF
INTROSPECTION = ("__schema", "__type")


@dataclass(frozen=True)
class Shape:
    """Of some selections: fields below one another, braces below one another, fields side by side.

    The levels of introspection are not counted: the usual introspection query has thirteen.
    """

    levels: int = 0
    nesting: int = 0
    fields: int = 0
    guesses: int = 0


NOTHING = Shape()


def guessing_fields(schema: GraphQLSchema) -> frozenset[str]:
    """The mutations that take a password, code or link: those made with `mutation(…, guesses=True)`."""
    fields = schema.mutation_type.fields.items() if schema.mutation_type else ()
    return frozenset(name for name, field in fields if field.extensions[DEFINITION].metadata.get("guesses"))


def check_limits(document: DocumentNode, guessing: frozenset[str]) -> bool:
    """Whether the document introspects. Raises TooComplex."""
    count = Count(document, guessing)
    try:
        count.everything()
    except RecursionError:
        raise TooComplex("fragments below one another", None, MOST_NESTING) from None
    return count.introspects


class Count:
    """One walk over a document. Fragments in a circle count as empty; validation refuses them."""

    def __init__(self, document: DocumentNode, guessing: frozenset[str]) -> None:
        self._document, self._guessing = document, guessing
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._shapes: dict[str, Shape] = {}
        self._aliases = self._directives = self._operations = 0
        self.introspects = False

    def everything(self) -> None:
        for definition in self._document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self._operation(definition)
            elif isinstance(definition, FragmentDefinitionNode):
                require("levels of braces", self._fragment(definition.name.value).nesting, MOST_NESTING)
        require("aliases", self._aliases, MOST_ALIASES)
        require("directives", self._directives, MOST_DIRECTIVES)
        require("operations", self._operations, MOST_OPERATIONS)

    def _operation(self, node: OperationDefinitionNode) -> None:
        self._operations += 1
        self._directives += len(node.directives or ())
        self._directives += sum(len(variable.directives or ()) for variable in node.variable_definitions or ())
        shape = self._shape(node.selection_set.selections)
        require("levels of fields", shape.levels, MOST_LEVELS)
        require("levels of braces", shape.nesting, MOST_NESTING)
        if node.operation is OperationType.MUTATION:
            require("mutations", shape.fields, MOST_MUTATIONS)
            require("mutations that take a password, code or link", shape.guesses, MOST_GUESSES)

    def _shape(self, selections: Iterable[SelectionNode]) -> Shape:
        parts = [self._part(selection) for selection in selections]
        return Shape(
            levels=max((part.levels for part in parts), default=0),
            nesting=1 + max((part.nesting for part in parts), default=0),
            fields=sum(part.fields for part in parts),
            guesses=sum(part.guesses for part in parts),
        )

    def _part(self, node: SelectionNode) -> Shape:
        self._directives += len(node.directives or ())
        if isinstance(node, FieldNode):
            return self._field(node)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        return self._shape(node.selection_set.selections)  # type: ignore[attr-defined]

    def _field(self, node: FieldNode) -> Shape:
        name = node.name.value
        self._aliases += node.alias is not None
        inside = self._shape(node.selection_set.selections) if node.selection_set else NOTHING
        introspects = name in INTROSPECTION
        self.introspects = self.introspects or introspects
        return Shape(
            levels=1 if introspects else 1 + inside.levels,
            nesting=inside.nesting,
            fields=0 if name.startswith("__") else 1,
            guesses=int(name in self._guessing),
        )

    def _fragment(self, name: str) -> Shape:
        if name not in self._shapes:
            node = self._fragments.get(name)
            self._shapes[name] = NOTHING
            if node is not None:
                self._directives += len(node.directives or ())
                self._shapes[name] = self._shape(node.selection_set.selections)
        return self._shapes[name]


def require(what: str, found: int, most: int) -> None:
    if found > most:
        raise TooComplex(what, found, most)
