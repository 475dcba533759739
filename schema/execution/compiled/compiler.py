"""Writes, for the selections of an operation, Python functions that make the answer from what resolvers give."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    SelectionSetNode,
    get_named_type,
)
from strawberry.types.field import StrawberryField

from schema.execution.compiled.arguments import Arguments
from schema.execution.compiled.columns import DEFINITION, attribute_of, columns_of, leads_to_one, never_null
from schema.execution.compiled.inputs import Inputs
from schema.execution.compiled.program import Program
from schema.execution.compiled.running import Run, odd
from schema.execution.compiled.selections import NotCovered, Selections
from schema.rows import ASKS_WHAT_IS_SELECTED, CARD, JUDGE, VALUE

Make = Callable[[Any, Run], dict[str, Any]]
"""Makes the answer for an object."""


@dataclass(frozen=True)
class FieldCall:
    """A resolver that is called with arguments, which are filled in once for each execution.

    `selected`: the names of the fields directly below it, for resolvers that ask.
    """

    arguments: Arguments
    columns: tuple[str, ...] | None
    selected: frozenset[str] | None


class Compiler:
    """Compiles the selections of one operation; raises NotCovered for what is left to graphql-core."""

    def __init__(self, selections: Selections, inputs: Inputs) -> None:
        self.selections, self.inputs, self.program = selections, inputs, Program()
        self.calls: list[FieldCall] = []
        """In the order of `Run.arguments` and `Run.infos`."""

    def root(self, type: GraphQLObjectType, sets: list[SelectionSetNode]) -> tuple[str, list[FieldNode]]:
        """The name of a function that makes the answer, and the fields that are left to graphql-core.

        Those have an empty place in the answer. Raises NotCovered where all are left.
        """
        entries, waiting, rest = [], [], []
        selected = self.selections.of(type, sets)
        with self.program.body(loops=False) as body:
            for key, nodes in selected.items():
                calls = len(self.calls)
                try:
                    entry, waits = self._entry("o", type, key, nodes)
                except NotCovered:
                    del self.calls[calls:]
                    entry, waits = f"{key!r}: None", []
                    rest += nodes
                entries.append(entry)
                waiting += waits
        if len(rest) == sum(map(len, selected.values())):
            raise NotCovered(type.name)
        return self.program.function("o", body, [f"return {_made(entries, waiting)}"]), rest

    def object(self, type: GraphQLObjectType, sets: list[SelectionSetNode]) -> str:
        """The name of a function that makes the answer for an object of this type."""
        with self.program.body(loops=False) as body:
            made = self._object("o", type, sets)
        return self.program.function("o", body, [f"return {made}"])

    def _object(self, o: str, type: GraphQLObjectType, sets: list[SelectionSetNode]) -> str:
        """The answer for the object in the variable `o`, as an expression."""
        entries, waiting = [], []
        for key, nodes in self.selections.of(type, sets).items():
            entry, waits = self._entry(o, type, key, nodes)
            entries.append(entry)
            waiting += waits
        return _made(entries, waiting)

    def _entry(self, o: str, type: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> tuple[str, list[str]]:
        """A field's place in the answer, and what it waits for: nothing, or one thing."""
        if nodes[0].name.value == "__typename":
            return f"{key!r}: {type.name!r}", []
        if (awaited := self._awaited(type, nodes)) is None:
            return f"{key!r}: {self._field(o, type, nodes)}", []
        complete = self._completing(awaited.type, nodes)
        return f"{key!r}: None", [f"({key!r}, {self._value(o, type, nodes)}, {complete})"]

    def _field(self, o: str, parent: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        """A field's value in the form of the answer. Of a row to which many rows of a list refer it is made once."""
        name, value = nodes[0].name.value, self._value(o, parent, nodes)
        if not (self.program.loops and leads_to_one(parent, name)):
            return self._completed(value, parent.fields[name].type, nodes, there=never_null(parent, name))
        known, mark, row = self.program.first("m", "{}"), self.program.fresh("k"), self.program.fresh("n")
        completed = self._completed(row, parent.fields[name].type, nodes)
        return f"({known}.get({mark} := id({row} := {value})) or {known}.setdefault({mark}, {completed}))"

    def _awaited(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> GraphQLField | None:
        """The field, if its resolver must be waited for."""
        definition = parent.fields.get(nodes[0].name.value)
        if definition is None:
            raise NotCovered(nodes[0].name.value)
        resolver = _strawberry(definition).base_resolver
        return definition if resolver and inspect.iscoroutinefunction(resolver.wrapped_func) else None

    def _completing(self, type: GraphQLOutputType, nodes: list[FieldNode]) -> str:
        """The name of a function that completes what was waited for."""
        with self.program.body(loops=False) as body:
            completed = self._completed("o", type, nodes)
        return self.program.function("o", body, [f"return {completed}"])

    def _value(self, o: str, parent: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        """What the resolver gives, as an expression."""
        definition = parent.fields[nodes[0].name.value]
        strawberry = _strawberry(definition)
        resolver = strawberry.base_resolver
        if resolver is None:
            return f"{o}.{attribute_of(parent, nodes[0].name.value)}"
        if nodes[0].name.value == "id":
            return f"global_id({parent.name!r}, {o}.id)"
        if CARD in strawberry.metadata:
            return o
        if VALUE in strawberry.metadata:
            return f"{self.program.name(strawberry.metadata[VALUE])}({o})"
        if JUDGE in strawberry.metadata:
            judge = self.program.first("j", f"x.context.judge({self.program.name(strawberry.metadata[JUDGE])})")
            return f"{judge}({o})"
        return self._call(o, definition, nodes)

    def _call(self, o: str, definition: GraphQLField, nodes: list[FieldNode]) -> str:
        strawberry = _strawberry(definition)
        resolver = strawberry.base_resolver
        assert resolver is not None
        selected = self._selected(definition, nodes) if ASKS_WHAT_IS_SELECTED in strawberry.metadata else None
        columns = columns_of(self.selections, definition.type, nodes)
        parts = [o] if resolver.self_parameter or resolver.parent_parameter else []
        info, arguments = "x.info", []
        if definition.args or columns is not None or selected is not None:
            position = len(self.calls)
            self.calls.append(FieldCall(Arguments(self.inputs, definition, nodes[0]), columns, selected))
            info, arguments = f"x.infos[{position}]", [f"**x.arguments[{position}]"]
        if resolver.info_parameter:
            parts.append(f"{resolver.info_parameter.name}={info}")
        return f"{self.program.name(resolver.wrapped_func)}({', '.join([*parts, *arguments])})"

    def _selected(self, definition: GraphQLField, nodes: list[FieldNode]) -> frozenset[str]:
        """The names of the fields directly below a field of an object type."""
        type = get_named_type(definition.type)
        if not isinstance(type, GraphQLObjectType):
            raise NotCovered(str(type))
        below = self.selections.of(type, [node.selection_set for node in nodes if node.selection_set])
        return frozenset(found[0].name.value for found in below.values())

    def _completed(self, value: str, type: GraphQLOutputType, nodes: list[FieldNode], *, there: bool = False) -> str:
        """The value in the form of the answer; null where none may be is odd. `there`: it cannot be null."""
        required = isinstance(type, GraphQLNonNull)
        named = type.of_type if isinstance(type, GraphQLNonNull) else type
        n = self.program.fresh("n")
        inner = self._inner(n, named, nodes)
        if inner == n and (there or not required):
            return value
        return f"({'odd()' if required else 'None'} if ({n} := {value}) is None else {inner})"

    def _inner(self, n: str, type: Any, nodes: list[FieldNode]) -> str:
        """The completed value of the variable `n`, which is not null."""
        if isinstance(type, GraphQLList):
            return f"({self._list(type, nodes)}({n}, x) if {n} else [])"
        sets = [node.selection_set for node in nodes if node.selection_set]
        if isinstance(type, GraphQLObjectType):
            return self._object(n, type, sets)
        if isinstance(type, GraphQLInterfaceType):
            return f"{self._of_its_kind(type, sets)}({n}, x)"
        if isinstance(type, GraphQLScalarType) or (isinstance(type, GraphQLEnumType) and _spoken_as_stored(type)):
            return n
        raise NotCovered(str(type))

    def _of_its_kind(self, type: GraphQLInterfaceType, sets: list[SelectionSetNode]) -> str:
        """The name of a function that makes the answer for a row of whichever type has this interface."""
        kinds: dict[Any, Make] = {
            _row_type(possible): self.program.names[self.object(possible, sets)]
            for possible in self.selections.schema.get_possible_types(type)
        }

        def make(row: Any, run: Run) -> dict[str, Any]:
            kind = next((kind for kind in row.__class__.__mro__ if kind in kinds), None)
            return kinds[kind](row, run) if kind else odd()

        return self.program.name(make)

    def _list(self, type: Any, nodes: list[FieldNode]) -> str:
        """The name of a function that completes a list."""
        item = self.program.fresh("n")
        with self.program.body(loops=True) as body:
            completed = self._completed(item, type.of_type, nodes)
        lines = ["made = []", "add = made.append", f"for {item} in items:", f"    add({completed})", "return made"]
        return self.program.function("items", body, lines)


def _strawberry(definition: GraphQLField) -> StrawberryField:
    found = definition.extensions.get(DEFINITION)
    if not isinstance(found, StrawberryField):
        raise NotCovered(str(definition.type))
    return found


def _row_type(type: GraphQLObjectType) -> Any:
    """The class of the rows that have this type."""
    row_type = getattr(type.extensions[DEFINITION].origin, "row_type", None)
    if row_type is None:
        raise NotCovered(type.name)
    return row_type


def _made(entries: list[str], waiting: list[str]) -> str:
    """An object of the answer, as an expression."""
    made = "{" + ", ".join(entries) + "}"
    return f"x.later({made}, {', '.join(waiting)})" if waiting else made


def _spoken_as_stored(type: GraphQLEnumType) -> bool:
    """Whether each value of the enum is text equal to its name, as it goes into the answer."""
    return all(_text(value.value) == name for name, value in type.values.items())


def _text(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
