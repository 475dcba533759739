"""Lists within conditions have an end: a long one would hold a worker, and the cost limit does not see it."""

from uuid import uuid4

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type, get_nullable_type, is_list_type

from schema.conditions import MOST_VALUES
from schema.ids import global_id
from schema.root import schema
from tests.world import World

pytestmark = pytest.mark.anyio

LISTS = [
    (field, argument, str(made.type), name)
    for field, read in schema._schema.query_type.fields.items()
    for argument, made in read.args.items()
    if isinstance(conditions := get_named_type(made.type), GraphQLInputObjectType)
    for name, inside in conditions.fields.items()
    if is_list_type(get_nullable_type(inside.type))
]
"""Every list in an argument of a query: the query, its argument with its type, the list's name."""


def test_these_are_all_of_them() -> None:
    assert [(field, name) for field, _, _, name in LISTS] == [
        ("users", "status"),
        ("users", "roleId"),
        ("users", "alerts"),
        ("auditEvents", "type"),
    ]


@pytest.mark.parametrize(("field", "argument", "type", "name"), LISTS)
async def test_a_list_has_a_hundred_different_values_at_most(
    world: World, field: str, argument: str, type: str, name: str
) -> None:
    ask = await world.client(await world.admin())
    of = get_named_type(schema._schema.type_map[type].fields[name].type)
    values = list(of.values) if isinstance(of, GraphQLEnumType) else [global_id("Role", uuid4()) for _ in range(101)]
    document = f"query ($given: {type}) {{ {field}({argument}: $given) {{ pageInfo {{ hasNextPage }} }} }}"
    read = await ask(document, given={name: values[:MOST_VALUES] * 3})
    assert read.data == {field: {"pageInfo": {"hasNextPage": False}}}
    if len(values) > MOST_VALUES:
        assert (await ask(document, given={name: values})).codes == ["BAD_USER_INPUT"]
