"""Writes, for the selections of an operation, Python functions that make the answer from what resolvers give."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    SelectionSetNode,
)
from strawberry.types.field import StrawberryField

from schema.execution.compiled.columns import DEFINITION, columns_of
from schema.execution.compiled.running import Odd, odd
from schema.execution.compiled.selections import NotCovered, Selections
from schema.ids import global_id


@dataclass(frozen=True)
class FieldCall:
    """A field whose arguments are coerced once for each execution."""

    parent: GraphQLObjectType
    node: FieldNode
    definition: GraphQLField
    strawberry: StrawberryField
    columns: tuple[str, ...] | None


@dataclass
class Program:
    """Compiled functions by name; `calls` in the order of `Run.arguments` and `Run.infos`."""

    names: dict[str, Any] = field(default_factory=lambda: {"odd": odd, "Odd": Odd, "global_id": global_id})
    calls: list[FieldCall] = field(default_factory=list)
    count: int = 0

    def name(self, value: Any) -> str:
        """A name under which the functions reach the value."""
        self.count += 1
        name = f"v{self.count}"
        self.names[name] = value
        return name

    def function(self, body: list[str]) -> str:
        """Defines `f(o, x)` and gives its name; `o` is the object, `x` the Run."""
        self.count += 1
        name = f"f{self.count}"
        source = "\n".join([f"def {name}(o, x):", *(f"    {line}" for line in body)])
        exec(compile(source, f"<compiled {name}>", "exec"), self.names)  # noqa: S102  written here, of our own schema
        return name


class Compiler:
    """Compiles the selections of one operation; raises NotCovered for what is left to graphql-core."""

    def __init__(self, selections: Selections) -> None:
        self.selections, self.program = selections, Program()

    def object(self, type: GraphQLObjectType, sets: list[SelectionSetNode]) -> str:
        """The name of a function that makes the answer for an object of this type."""
        entries, waiting = [], []
        for key, nodes in self.selections.of(type, sets).items():
            name = nodes[0].name.value
            if name == "__typename":
                entries.append(f"{key!r}: {type.name!r}")
                continue
            if name.startswith("__"):
                raise NotCovered(name)
            expression, complete = self._field(type, nodes)
            if complete is None:
                entries.append(f"{key!r}: {expression}")
            else:
                entries.append(f"{key!r}: None")
                waiting.append(f"x.later(d, {key!r}, {expression}, {complete})")
        made = "{" + ", ".join(entries) + "}"
        return self.program.function([f"d = {made}", *waiting, "return d"] if waiting else [f"return {made}"])

    def _field(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> tuple[str, str | None]:
        """The field's value as an expression; and, where it must be waited for, the function that completes it."""
        definition = parent.fields[nodes[0].name.value]
        strawberry = definition.extensions.get(DEFINITION)
        if not isinstance(strawberry, StrawberryField):
            raise NotCovered(nodes[0].name.value)
        if nodes[0].name.value == "id" and strawberry.base_resolver is not None:
            return f"global_id({parent.name!r}, o.pk)", None
        value = self._value(parent, nodes, definition, strawberry)
        if strawberry.base_resolver is not None and inspect.iscoroutinefunction(strawberry.base_resolver.wrapped_func):
            completed = self._completed("o", definition.type, nodes)
            return value, self.program.function([f"return {completed}"])
        return self._completed(value, definition.type, nodes), None

    def _value(
        self, parent: GraphQLObjectType, nodes: list[FieldNode], definition: GraphQLField, strawberry: StrawberryField
    ) -> str:
        resolver = strawberry.base_resolver
        if resolver is None:
            return f"o.{strawberry.python_name}"
        call = self.program.name(resolver.wrapped_func)
        columns = columns_of(self.selections, definition.type, nodes)
        position = len(self.program.calls)
        parts = ["o"] if resolver.self_parameter or resolver.parent_parameter else []
        if definition.args or columns is not None:
            self.program.calls.append(FieldCall(parent, nodes[0], definition, strawberry, columns))
            info = f"x.infos[{position}]"
            arguments = [f"**x.arguments[{position}]"]
        else:
            info, arguments = "x.info", []
        if resolver.info_parameter:
            parts.append(f"{resolver.info_parameter.name}={info}")
        return f"{call}({', '.join([*parts, *arguments])})"

    def _completed(self, value: str, type: GraphQLOutputType, nodes: list[FieldNode]) -> str:
        """The value in the form of the answer; null where none may be is odd."""
        if isinstance(type, GraphQLNonNull):
            inner = self._inner("n", type.of_type, nodes)
            return f"(odd() if (n := {value}) is None else {inner})"
        inner = self._inner("n", type, nodes)
        return f"(None if (n := {value}) is None else {inner})"

    def _inner(self, value: str, type: Any, nodes: list[FieldNode]) -> str:
        if isinstance(type, GraphQLList):
            return self._list(value, type, nodes)
        if isinstance(type, GraphQLObjectType):
            sets = [node.selection_set for node in nodes if node.selection_set]
            return f"{self.object(type, sets)}({value}, x)"
        if isinstance(type, GraphQLEnumType) and not _spoken_as_stored(type):
            raise NotCovered(type.name)
        if isinstance(type, GraphQLScalarType | GraphQLEnumType):
            return value
        raise NotCovered(str(type))

    def _list(self, value: str, type: Any, nodes: list[FieldNode]) -> str:
        """A function of its own, so that the names in its expressions are its own too."""
        item = self.program.function([f"return {self._completed('o', type.of_type, nodes)}"])
        return f"[{item}(i, x) for i in {value}]"


def _spoken_as_stored(type: GraphQLEnumType) -> bool:
    """Whether each value of the enum is text equal to its name, as it goes into the answer."""
    return all(_text(value.value) == name for name, value in type.values.items())


def _text(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


Compiled = Callable[[Any, Any], Any]
