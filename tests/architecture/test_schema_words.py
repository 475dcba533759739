"""GraphiQL is the manual: everything in the schema has its words, and enough of a sentence to be one."""

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
                if (name, argument) != ("Mutation", "input"):  # the input's type has the words
                    yield f"{name}.{field_name}({argument}:)", given.description


def test_everything_in_the_schema_is_described() -> None:
    assert [coordinate for coordinate, description in described() if not (description or "").strip()] == []


def test_the_schema_is_walked_at_all() -> None:
    coordinates = {coordinate for coordinate, _ in described()}
    assert coordinates >= {"User", "User.avatarUrl(size:)", "UserFilter.status", "UserStatus.ACTIVE", "Node.id", "URL"}
