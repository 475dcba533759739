"""GraphiQL is the manual: everything in the schema has its words, and they are worth reading."""

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_introspection_type,
    is_object_type,
    is_specified_scalar_type,
)

from schema.root import schema

SAYS_NOTHING = {"a", "an", "the", "of", "is", "are", "it", "its", "by", "with", "in", "as", "to", "and", "or", "what"}


def described() -> Iterator[tuple[str, str | None]]:
    """Every element of the schema by its coordinate, with its description."""
    for name, type in schema._schema.type_map.items():
        if is_introspection_type(type) or is_specified_scalar_type(type):
            continue
        yield name, type.description
        yield from _inside(name, type)


def _inside(name: str, type: Any) -> Iterator[tuple[str, str | None]]:
    if is_enum_type(type):
        yield from ((f"{name}.{value}", enum.description) for value, enum in type.values.items())
    if is_input_object_type(type):
        yield from ((f"{name}.{field}", given.description) for field, given in type.fields.items())
    if is_object_type(type) or is_interface_type(type):
        for field_name, field in type.fields.items():
            yield f"{name}.{field_name}", field.description
            for argument, given in field.args.items():
                yield f"{name}.{field_name}({argument}:)", given.description


def words(text: str) -> set[str]:
    """Those of names and of sentences alike, in lower case, without the end of a plural."""
    return {word.lower().rstrip("s") for word in re.findall(r"[A-Z]?[a-z]+|[A-Z0-9]+(?![a-z])", text)}


def test_everything_in_the_schema_is_described() -> None:
    assert [coordinate for coordinate, description in described() if not (description or "").strip()] == []


def test_every_description_is_a_sentence() -> None:
    sentence = re.compile(r"[A-Z0-9`].*\.", re.DOTALL)
    assert [coordinate for coordinate, text in described() if not sentence.fullmatch(text or "")] == []


def test_every_description_says_more_than_the_name() -> None:
    empty = {
        coordinate: text for coordinate, text in described() if not words(text or "") - words(coordinate) - SAYS_NOTHING
    }
    assert empty == {}


def test_the_schema_is_walked_at_all() -> None:
    coordinates = {coordinate for coordinate, _ in described()}
    assert coordinates >= {"User", "User.avatarUrl(size:)", "UserFilter.status", "UserStatus.ACTIVE", "Node.id", "URL"}
