"""Documents made from the printed schema, so that a new field is in them without anyone remembering."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

from schema.root import schema as ours

DEPTH = 4
"""How deep an answer is read; the server's own limit is deeper."""

CURSORS = {"after": "first", "before": "last"}
"""Arguments that take a cursor, and what goes with each."""

TEXTS = {"text"}
"""Strings that may hold an id."""

WORDS = {"email": "somebody@example.org", "timezone": "UTC", "password": "correct horse battery staple"}
Path = tuple[str, ...]


@dataclass(frozen=True)
class Slot:
    """One place that takes an id or a cursor: the fields that lead there, the argument, and the way into its input."""

    operation: str
    fields: Path
    argument: str
    within: Path = ()
    is_list: bool = False

    def __str__(self) -> str:
        return ".".join((*self.fields, self.argument, *self.within))

    @property
    def is_cursor(self) -> bool:
        return self.argument in CURSORS


def printed() -> GraphQLSchema:
    return build_schema(ours.as_str())


def node_types(schema: GraphQLSchema) -> list[str]:
    node = schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return [type.name for type in schema.get_possible_types(node)]


def slots(schema: GraphQLSchema) -> list[Slot]:
    """Every place of every root field, and of every field that can be reached from Query without arguments."""
    found = [
        slot
        for operation, root in (("query", schema.query_type), ("mutation", schema.mutation_type))
        if root
        for name, field in root.fields.items()
        for slot in _slots_of(operation, (name,), field)
    ]
    for path, type in _reachable(schema):
        for name, field in type.fields.items():
            found += _slots_of("query", (*path, name), field)
    return found


def document(schema: GraphQLSchema, slot: Slot, value: str, others: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """A call with `value` in the slot. `others` are the viewer's own ids for what else is required, by argument."""
    field = field_at(schema, slot)
    arguments = {name: _sample(arg.type, name, others) for name, arg in field.args.items() if is_required_argument(arg)}
    if slot.is_cursor:
        arguments |= {slot.argument: value, CURSORS[slot.argument]: 1}
    else:
        arguments[slot.argument] = _placed(arguments.get(slot.argument), slot, value)
        arguments |= {"first": 3} if "first" in field.args else {}
    types = ", ".join(f"${name}: {field.args[name].type}" for name in arguments)
    passed = ", ".join(f"{name}: ${name}" for name in arguments)
    body = f"{slot.fields[-1]}({passed}) {selection(schema, get_named_type(field.type))}"
    for name in reversed(slot.fields[:-1]):
        body = f"{name} {{ {body} }}"
    return f"{slot.operation} ({types}) {{ {body} }}", arguments


def readings(schema: GraphQLSchema) -> list[str]:
    """A document for each field of Query that needs no arguments: all of it, a few rows of each list."""
    assert schema.query_type
    found = []
    for name, field in schema.query_type.fields.items():
        if not any(is_required_argument(arg) for arg in field.args.values()):
            few = "(first: 5)" if "first" in field.args else ""
            found.append(f"{{ {name}{few} {selection(schema, get_named_type(field.type))} }}")
    return found


def field_at(schema: GraphQLSchema, slot: Slot) -> GraphQLField:
    type: Any = schema.query_type if slot.operation == "query" else schema.mutation_type
    for name in slot.fields[:-1]:
        type = get_named_type(type.fields[name].type)
    field: GraphQLField = type.fields[slot.fields[-1]]
    return field


def selection(schema: GraphQLSchema, type: Any, depth: int = DEPTH) -> str:
    """Everything that can be read of the type without arguments, a row or two of each list."""
    if isinstance(type, GraphQLInterfaceType):
        kinds = schema.get_possible_types(type)
        return "{ __typename " + " ".join(f"... on {kind.name} {selection(schema, kind, 1)}" for kind in kinds) + " }"
    if not isinstance(type, GraphQLObjectType):
        return ""
    parts = ["__typename"]
    for name, field in type.fields.items():
        inner = get_named_type(field.type)
        composite = isinstance(inner, GraphQLObjectType | GraphQLInterfaceType)
        if composite and (depth == 1 or name == "edges"):
            continue
        assert not any(is_required_argument(arg) for arg in field.args.values()), f"cannot read {type.name}.{name}"
        few = "(first: 2)" if "first" in field.args else ""
        parts.append(f"{name}{few} {selection(schema, inner, depth - 1)}" if composite else name)
    return "{ " + " ".join(parts) + " }"


def _slots_of(operation: str, path: Path, field: GraphQLField) -> Iterator[Slot]:
    for name, arg in field.args.items():
        slot = Slot(operation, path, name)
        if name in CURSORS:
            yield slot
        else:
            yield from _within(slot, arg.type, name)


def _within(slot: Slot, type: GraphQLInputType, name: str) -> Iterator[Slot]:
    inner, slot = get_named_type(type), replace(slot, is_list=_is_list(type))
    if isinstance(inner, GraphQLInputObjectType):
        for field_name, field in inner.fields.items():
            yield from _within(replace(slot, within=(*slot.within, field_name)), field.type, field_name)
    elif inner.name == "ID" or name in TEXTS:
        yield slot


def _reachable(schema: GraphQLSchema) -> Iterator[tuple[Path, GraphQLObjectType]]:
    """Each object type with the shortest way to it from Query that needs no arguments."""
    assert schema.query_type
    seen: set[str] = {"Query"}
    ways: list[tuple[Path, Any]] = [((), schema.query_type)]
    for path, type in ways:
        for name, field in type.fields.items():
            inner = get_named_type(field.type)
            free = not any(is_required_argument(arg) for arg in field.args.values())
            if isinstance(inner, GraphQLObjectType) and inner.name not in seen and free:
                seen.add(inner.name)
                ways.append(((*path, name), inner))
    yield from ways[1:]


def _placed(given: Any, slot: Slot, value: str) -> Any:
    """The argument with the value at its place inside."""
    placed: Any = [value] if slot.is_list else value
    if not slot.within:
        return placed
    outer = given if isinstance(given, dict) else {}
    inner = outer
    for name in slot.within[:-1]:
        inner = inner.setdefault(name, {})
    inner[slot.within[-1]] = placed
    return outer


def _sample(type: GraphQLInputType, name: str, others: dict[str, str]) -> Any:
    if is_non_null_type(type):
        return _sample(type.of_type, name, others)
    if is_list_type(type):
        return []
    if isinstance(type, GraphQLInputObjectType):
        fields = type.fields.items()
        return {name: _sample(field.type, name, others) for name, field in fields if is_required_input_field(field)}
    if isinstance(type, GraphQLEnumType):
        return next(iter(type.values))
    samples = {"ID": others.get(name, ""), "Int": 1, "Boolean": True, "Float": 1.0}
    return samples.get(get_named_type(type).name, WORDS.get(name, "Sample"))


def _is_list(type: Any) -> bool:
    return is_list_type(type.of_type if is_non_null_type(type) else type)
