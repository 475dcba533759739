"""Whether an answer is what the schema promises: every key that was asked for, and only values of its type."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import available_timezones

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_nullable_type,
    is_abstract_type,
)

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
ZONES = available_timezones()
BEFORE_ANYTHING = {"BAD_USER_INPUT", "UNAUTHENTICATED", "QUERY_TOO_COMPLEX"}
"""Codes of top-level errors besides those of ErrorCode. INTERNAL is none that a walk may meet."""


def _text(value: Any) -> bool:
    return isinstance(value, str)


SCALARS: dict[str, Callable[[Any], bool]] = {
    "Boolean": lambda value: isinstance(value, bool),
    "Int": lambda value: type(value) is int and -(2**31) <= value < 2**31,
    "String": _text,
    "ID": lambda value: _text(value) and value != "",
    "DateTime": lambda value: _text(value) and INSTANT.fullmatch(value) is not None,
    "EmailAddress": lambda value: _text(value) and value.count("@") >= 1 and value == value.strip(),
    "PhoneNumber": lambda value: _text(value) and re.fullmatch(r"\+\d{1,15}", value) is not None,
    "TimeZone": lambda value: value in ZONES,
    "URL": lambda value: _text(value) and re.match(r"(https?|otpauth)://\S+\Z", value) is not None,
}


def misfits(schema: GraphQLSchema, document: DocumentNode, body: dict[str, Any]) -> list[str]:
    """What is wrong with the answer, in sentences."""
    return [*_misfits_of_errors(schema, body), *_misfits_of_data(schema, document, body)]


def _misfits_of_errors(schema: GraphQLSchema, body: dict[str, Any]) -> Iterator[str]:
    known = {*schema.type_map["ErrorCode"].values, *BEFORE_ANYTHING}  # type: ignore[attr-defined]
    if "errors" in body and not body["errors"]:
        yield "`errors` is there, and empty"
    for error in body.get("errors", ()):
        if error["extensions"]["code"] not in known:
            yield f"an error of the code {error['extensions']['code']}: {error['message']}"
        if "path" in error and not _leads_to_null(body.get("data"), error["path"]):
            yield f"an error at {error['path']}, where there is no null"


def _leads_to_null(value: Any, path: list[Any]) -> bool:
    for step in path:
        if value is None:
            return True
        value = value[step]
    return value is None


def _misfits_of_data(schema: GraphQLSchema, document: DocumentNode, body: dict[str, Any]) -> Iterator[str]:
    if body.get("data") is None:
        if not body.get("errors"):
            yield "neither data nor errors"
        return
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    root = schema.mutation_type if operation.operation is OperationType.MUTATION else schema.query_type
    yield from _Fitting(schema).object(root, operation.selection_set, body["data"], "data")


class _Fitting:
    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def object(self, parent: Any, selected: SelectionSetNode, value: Any, where: str) -> Iterator[str]:
        if is_abstract_type(parent):
            named = self._schema.type_map.get(value["__typename"])
            if named not in self._schema.get_possible_types(parent):
                yield f"{where} is a {value['__typename']}, which is no {parent.name}"
                return
            parent = named
        fields = dict(self._fields(parent, selected))
        if list(fields) != list(value):
            yield f"{where} has {list(value)} instead of {list(fields)}"
            return
        for key, node in fields.items():
            if key != "__typename":
                yield from self._value(parent.fields[node.name.value].type, node, value[key], f"{where}.{key}")

    def _fields(self, parent: Any, selected: SelectionSetNode) -> Iterator[tuple[str, FieldNode]]:
        for node in selected.selections:
            if isinstance(node, FieldNode):
                yield (node.alias or node.name).value, node
            elif isinstance(node, InlineFragmentNode) and node.type_condition.name.value == parent.name:
                yield from self._fields(parent, node.selection_set)

    def _value(self, type: Any, node: FieldNode, value: Any, where: str) -> Iterator[str]:
        if value is None:
            if isinstance(type, GraphQLNonNull):
                yield f"{where} is null"
            return
        type = get_nullable_type(type)
        if isinstance(type, GraphQLList):
            for number, item in enumerate(value):
                yield from self._value(type.of_type, node, item, f"{where}[{number}]")
        elif isinstance(type, GraphQLEnumType | GraphQLScalarType):
            fits = type.values.__contains__ if isinstance(type, GraphQLEnumType) else SCALARS.get(type.name, _text)
            if not fits(value):
                yield f"{where} is {value!r}, which is no {type.name}"
        else:
            assert node.selection_set is not None
            yield from self.object(type, node.selection_set, value, where)
