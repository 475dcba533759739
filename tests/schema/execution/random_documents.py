"""Documents made at random from the schema: query fields, arguments good and bad, fragments, aliases, directives."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
)

DEEPEST = 6
STRINGS = ["", "a", "Mü", "%", "\\u0000", "nobody", "a b", "example.org"]
BESIDE = ["__schema { queryType { name } }", 'kind: __type(name: "User") { name kind }', "__typename"]
"""What no plan is made for, beside what one is made for."""
INSTANTS = [
    "2026-11-22T12:00:00Z",
    "2026-11-22T11:59:59.999999999z",
    "2024-01-01T00:00:00+02:00",
    "no instant",
    "2026-11-22T12:00:00",
]


@dataclass
class DocumentMaker:
    """Makes one document after the other from one source of randomness; `ids` are global ids worth asking for."""

    schema: GraphQLSchema
    random: Random
    ids: list[str]
    cursors: list[str]
    variables: dict[str, Any] = field(default_factory=dict)
    _declared: list[str] = field(default_factory=list)
    _fragments: list[str] = field(default_factory=list)

    def make(self) -> str:
        """A query; its variables are in `variables`."""
        self.variables, self._declared, self._fragments = {}, [], []
        query = self.schema.query_type
        assert query is not None
        body = self._selections(query, DEEPEST)
        if self.random.random() < 0.1:
            body = f"{{ {self.random.choice(BESIDE)} {body[1:]}"
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        return "\n".join([f"query Random{declared} {body}", *self._fragments])

    def _selections(self, type: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        fields = [
            name for name, made in type.fields.items() if depth > 1 or not is_composite_type(get_named_type(made.type))
        ]
        fields = fields or ["__typename"]
        chosen = self.random.sample(fields, min(len(fields), self.random.randint(1, 5)))
        parts = [self._field(type, name, depth) for name in chosen]
        if self.random.random() < 0.15:
            parts.append("__typename")
        fragments = 3 if isinstance(type, GraphQLInterfaceType) else self.random.random() < 0.15
        parts += [self._fragment(type, depth) for _ in range(fragments)]
        return "{ " + " ".join(parts) + " }"

    def _field(self, type: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        if name == "__typename":
            return name
        made = type.fields[name]
        alias = f"a{self.random.randint(0, 10**6)}: " if self.random.random() < 0.2 else ""
        below = get_named_type(made.type)
        inner = " " + self._selections(below, depth - 1) if is_composite_type(below) else ""
        return f"{alias}{name}{self._arguments(made)}{self._directive()}{inner}"

    def _fragment(self, type: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        if isinstance(type, GraphQLInterfaceType):
            type = self.random.choice([type, *self.schema.get_possible_types(type)])
        body = self._selections(type, max(1, depth - 1))
        if self.random.random() < 0.5:
            return f"... on {type.name}{self._directive()} {body}"
        name = f"F{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {type.name} {body}")
        return f"...{name}{self._directive()}"

    def _directive(self) -> str:
        if self.random.random() > 0.12:
            return ""
        value: str = self.random.choice(["true", "false"])
        if self.random.random() < 0.5:
            value = self._variable("Boolean!", value == "true")
        return f" @{self.random.choice(['include', 'skip'])}(if: {value})"

    def _variable(self, type: str, value: Any) -> str:
        name = f"v{len(self._declared)}"
        self._declared.append(f"${name}: {type}")
        self.variables[name] = value
        return f"${name}"

    def _arguments(self, made: GraphQLField) -> str:
        given = []
        for name, argument in made.args.items():
            if isinstance(argument.type, GraphQLNonNull) or self.random.random() < 0.3:
                value = self._value(argument.type, name)
                if self.random.random() < 0.4:
                    given.append(f"{name}: {self._variable(str(argument.type), value)}")
                else:
                    given.append(f"{name}: {_literal(value, argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def _value(self, type: GraphQLInputType, name: str) -> Any:
        if isinstance(type, GraphQLNonNull):
            return self._value(type.of_type, name)
        if self.random.random() < 0.05:
            return None
        if isinstance(type, GraphQLList):
            return [self._given(type.of_type, name) for _ in range(self.random.randint(0, 3))]
        if isinstance(type, GraphQLEnumType):
            return self.random.choice(list(type.values))
        if isinstance(type, GraphQLInputObjectType):
            fields = [key for key in type.fields if self.random.random() < 0.3]
            required = [key for key, made in type.fields.items() if isinstance(made.type, GraphQLNonNull)]
            return {key: self._value(type.fields[key].type, key) for key in {*fields, *required}}
        return self._scalar(type.name, name)

    def _given(self, type: GraphQLInputType, name: str) -> Any:
        value = self._value(type, name)
        return self._given(type, name) if value is None else value

    def _scalar(self, type: str, name: str) -> Any:
        if type == "Int":
            return self.random.choice([1, 2, 3, 5, 25, 100, 0, -1, 101, 80])
        if type == "Boolean":
            return self.random.random() < 0.5
        if type == "ID":
            return self.random.choice([*self.ids, "broken"])
        if type == "DateTime":
            return self.random.choice(INSTANTS)
        if name in ("after", "before"):
            return self.random.choice([*self.cursors, "broken"])
        return self.random.choice(STRINGS)


def _literal(value: Any, type: Any) -> str:
    """The value as it is written in a document."""
    if isinstance(type, GraphQLNonNull):
        return _literal(value, type.of_type)
    if value is None:
        return "null"
    if isinstance(type, GraphQLList):
        return "[" + ", ".join(_literal(item, type.of_type) for item in value) + "]"
    if isinstance(type, GraphQLInputObjectType):
        return "{" + ", ".join(f"{key}: {_literal(item, type.fields[key].type)}" for key, item in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(type, GraphQLEnumType) or isinstance(value, int) else f'"{value}"'
