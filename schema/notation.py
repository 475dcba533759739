"""Values in messages, in the notation of GraphQL: graphql-core writes them as Python does.

graphql-core makes its messages with one function, `inspect`, which each of its modules has imported. This module puts
`notation` in its place everywhere. The word None, which stands in the messages themselves, `in_graphql_terms` replaces.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from enum import Enum
from math import isfinite
from typing import Any

import graphql.pyutils
from graphql import GraphQLError, Undefined, is_type

LONGEST, MOST_ITEMS, DEEPEST = 240, 10, 2
"""Letters of one string, number or name; items of one list or object; lists and objects within each other."""
NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
INSPECT = graphql.pyutils.inspect
NOT_NONE = "not to be None."
"""How messages end that are about null where none may be."""


def notation(value: object) -> str:
    """The value as it would stand in a document, cut where it is long or deep."""
    return _written(value, DEEPEST)


def in_graphql_terms(error: GraphQLError) -> str:
    """The message of an error of graphql-core."""
    ends = error.message.endswith(NOT_NONE)
    return f"{error.message.removesuffix(NOT_NONE)}not to be null." if ends else error.message


def write_values_as_graphql_does() -> None:
    """Puts `notation` in the place of `inspect` in all modules of graphql-core, now and for those imported later."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "graphql" and getattr(module, "inspect", None) is INSPECT:
            module.inspect = notation  # type: ignore[attr-defined]


def _written(value: Any, depth: int) -> str:
    if value is None:
        return "null"
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, bool | float):
        return _cut(json.dumps(value)) if isfinite(value) else "a number that is not finite"
    if isinstance(value, int):
        return _cut(str(value)) if abs(value) < 10**LONGEST else "a number that is too long"
    if isinstance(value, str):
        return json.dumps(_cut(value), ensure_ascii=False)
    return _composite(value, depth)


def _composite(value: Any, depth: int) -> str:
    if isinstance(value, Mapping):
        if not depth:
            return "{…}" if value else "{}"
        fields = [f"{_key(key)}: {_written(item, depth - 1)}" for key, item in list(value.items())[:MOST_ITEMS]]
        return "{ " + ", ".join(_with_end(fields, value)) + " }" if fields else "{}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        if not depth:
            return "[…]" if value else "[]"
        return "[" + ", ".join(_with_end([_written(item, depth - 1) for item in value[:MOST_ITEMS]], value)) + "]"
    if is_type(value):
        return str(value)
    return "nothing" if value is Undefined else "a value of another kind"


def _with_end(shown: list[str], whole: Mapping[Any, Any] | Sequence[Any]) -> list[str]:
    return [*shown, "…"] if len(whole) > MOST_ITEMS else shown


def _key(key: object) -> str:
    text = _cut(str(key))
    return text if NAME.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


write_values_as_graphql_does()
