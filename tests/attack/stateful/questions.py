"""One document for each field of Query and Mutation, whose arguments are all variables: what a walk asks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_input_field,
    parse,
    validate,
)

Composite = GraphQLObjectType | GraphQLInterfaceType

LEVELS = {"Query": 2, "Mutation": 3}
"""Objects below one another; what lists ask for all their rows must cost less than the limit."""

ROWS = ("nodes", "edges", "node")
RESULTS = ("errors", "user", "session", "challenge", "role", "platform")

CHOSEN = 0.5
"""How often an object within an object is asked for; leaves always are."""


@dataclass(frozen=True)
class Asked:
    """An argument, or a field of an input: what its own field returns, and what is given beside it."""

    name: str
    argument: GraphQLArgument | GraphQLInputField
    returns: str
    beside: tuple[str, ...] = ()


@dataclass
class Question:
    """The source is always the same, so that the server knows it, and compiles it, from the second time on."""

    root: str
    name: str
    source: str = ""
    arguments: dict[str, Asked] = field(default_factory=dict)
    """By the names of the variables."""

    secrets: dict[str, str] = field(default_factory=dict)
    """Of inputs that take a link or a challenge: where in the memory those are that were given away."""

    needs: tuple[str, ...] = ()
    """Where in the memory that is without which asking is in vain: of those, what must be given, and passwords."""

    action: str | None = None
    """The value of UserAction whose words name this mutation."""

    description: str = ""

    @property
    def gives_challenges(self) -> bool:
        """To who was given none yet."""
        return "challenge {" in self.source and not self.secrets

    @property
    def mutates(self) -> bool:
        return self.root == "Mutation"

    @property
    def document(self) -> DocumentNode:
        return parse(self.source)


def questions(schema: GraphQLSchema, random: Random, variants: int) -> list[Question]:
    """So many of each field, with different selections; asserts that they are valid."""
    made = []
    for root in (schema.query_type, schema.mutation_type):
        assert root is not None
        for name in root.fields:
            made += [_question(schema, random, root, name) for _ in range(variants)]
    return made


def _question(schema: GraphQLSchema, random: Random, root: GraphQLObjectType, name: str) -> Question:
    question = Question(root.name, name)
    asked = _Asking(schema, random, question).field(root, name, LEVELS[root.name])
    declared = ", ".join(f"${variable}: {asked.argument.type}" for variable, asked in question.arguments.items())
    variables = f"({declared})" if declared else ""
    question.source = f"{root.name.lower()} {name[0].upper()}{name[1:]}{variables} {{ {asked} }}"
    assert validate(schema, question.document) == [], question.source
    question.secrets = dict(_secrets(schema, question))
    question.needs = tuple(_needs(question))
    question.action, question.description = _action(schema, name), root.fields[name].description or ""
    return question


def _action(schema: GraphQLSchema, mutation: str) -> str | None:
    actions = schema.type_map["UserAction"].values  # type: ignore[attr-defined]
    return next((action for action, made in actions.items() if f"`{mutation}`" in made.description), None)


def _secrets(schema: GraphQLSchema, question: Question) -> Iterator[tuple[str, str]]:
    """A link's path is called as the mutation is; the words of a kind of challenge name those that answer it."""
    kinds = schema.type_map["ChallengeKind"].values  # type: ignore[attr-defined]
    for name in _inputs(question):
        if name == "token":
            yield name, re.sub("[A-Z]", lambda capital: "-" + capital[0].lower(), question.name)
        elif name == "challengeToken":
            yield name, next(kind for kind, made in kinds.items() if f"`{question.name}`" in made.description)


def _needs(question: Question) -> Iterator[str]:
    for name, input in _inputs(question).items():
        if name in question.secrets and is_required_input_field(input):
            yield question.secrets[name]
        elif name.endswith("assword"):
            yield "password"


def _inputs(question: Question) -> dict[str, GraphQLInputField]:
    types = [get_named_type(asked.argument.type) for asked in question.arguments.values()]
    return {name: field for type in types for name, field in getattr(type, "fields", {}).items()}


def _records(made: GraphQLField) -> bool:
    """Whether a field is a list of records, which for each row of another one would cost too much."""
    interfaces = getattr(get_named_type(made.type), "interfaces", ())
    listed = is_list_type(get_nullable_type(made.type))
    return "first" in made.args or (listed and "Node" in {interface.name for interface in interfaces})


class _Asking:
    """Writes one question's selections."""

    def __init__(self, schema: GraphQLSchema, random: Random, question: Question) -> None:
        self._schema, self._random, self._question = schema, random, question

    def field(self, parent: Composite, name: str, levels: int, *, row: bool = False) -> str:
        """`row`: for each row of a list."""
        made = parent.fields[name]
        returned: Any = get_named_type(made.type)
        given = [f"{key}: ${self._variable(name, key, argument, returned)}" for key, argument in made.args.items()]
        arguments = f"({', '.join(given)})" if given else ""
        row = row or name in ROWS
        return f"{name}{arguments}" + ("" if is_leaf_type(returned) else f" {self._selections(returned, levels, row)}")

    def _variable(self, field: str, name: str, argument: GraphQLArgument, returned: Any) -> str:
        variable = name if field == self._question.name else f"{field}_{name}_{len(self._question.arguments)}"
        self._question.arguments[variable] = Asked(name, argument, returned.name)
        return variable

    def _selections(self, parent: Composite, levels: int, row: bool) -> str:
        if isinstance(parent, GraphQLInterfaceType):
            parts = [f"... on {type.name} {self._selections(type, levels, row)}" for type in self._implementing(parent)]
            return f"{{ __typename {' '.join(parts)} }}"
        leaves = [name for name, made in parent.fields.items() if is_leaf_type(get_named_type(made.type))]
        objects = [name for name, made in parent.fields.items() if name not in leaves and not (row and _records(made))]
        chosen = [name for name in objects if levels > 0 and (self._always(name) or self._random.random() < CHOSEN)]
        asked = [self.field(parent, name, levels - 1, row=row) for name in leaves + chosen]
        return f"{{ {' '.join(asked) or '__typename'} }}"

    def _always(self, name: str) -> bool:
        """Rows of lists; what can be done next; and that by which payloads say whether something was done, and what."""
        return name in (*ROWS, "viewerActions") or (self._question.mutates and name in RESULTS)

    def _implementing(self, interface: GraphQLInterfaceType) -> list[GraphQLObjectType]:
        return list(self._schema.get_implementations(interface).objects)
