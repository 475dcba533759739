"""What operations cost, and that a list nobody has thought of cannot slip in."""

import json

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_introspection_query, get_nullable_type, is_list_type

from schema.execution import sizes
from schema.execution.documents import Documents
from schema.execution.lists_of_types import lists_of_types
from schema.execution.rules import COST_LIMIT
from schema.root import schema
from server.graphiql import WEB
from tests.world import World

GRAPHQL = schema._schema
TABS = WEB / "page" / "tabs"
USERS_PAGE = (TABS / "users-page.graphql").read_text("utf-8")
NESTED = "{ users(first: 100) { nodes { history(first: 100) { nodes { id } } } } }"
IDS = "query($n: Int%s) { users(first: $n) { nodes { id } } }"


def cost(source: str, variables: dict | None = None) -> int:
    prepared = Documents(schema).prepare(source)
    assert not prepared.errors, prepared.errors
    return prepared.cost(prepared.operation(None), variables)


def ids(rows: int) -> int:
    """Two statements, the connection, and a row with one field for each."""
    return 2 * 250 + 2 + rows * (20 + 1)


@pytest.mark.parametrize(
    ("source", "variables", "points"),
    [
        ("{ __typename }", None, 1),
        ("{ viewer { id } }", None, 250 + 20 + 1),
        ("{ users { nodes { id } } }", None, ids(25)),
        ("{ users(first: 100) { nodes { id } } }", None, ids(100)),
        ("{ users(last: 7) { nodes { id } } }", None, ids(7)),
        ("{ users(first: 1, last: 7) { nodes { id } } }", None, ids(7)),
        ("{ users(first: 0) { nodes { id } } }", None, ids(1)),
        ("{ users(first: 2147483647) { nodes { id } } }", None, ids(100)),
        ("{ users(first: -50) { nodes { id } } }", None, ids(50)),
        ("{ users(first: null) { nodes { id } } }", None, ids(25)),
        (IDS % "", {"n": 40}, ids(40)),
        (IDS % "", {"n": 10**400}, ids(100)),
        (IDS % "", {"n": 40.0}, ids(40)),
        (IDS % "", {"n": 40.5}, ids(25)),
        ("{ users(first: 100) { nodes { avatarUrl } } }", None, 502 + 100 * (20 + 10)),
        (IDS % "", {"n": "40"}, ids(25)),
        (IDS % "", {"n": [1]}, ids(25)),
        (IDS % "", {}, ids(25)),
        (IDS % "", None, ids(25)),
        (IDS % " = 60", {}, ids(60)),
        (IDS % " = 60", {"n": None}, ids(25)),
        (IDS % " = 60", {"n": 3}, ids(3)),
        ("{ users(first: 9) { ...f ...f } } fragment f on UserConnection { nodes { id } }", None, ids(9) + 9 * 21),
        ("{ users(first: 9) { ... { nodes { ... on User { ... on Node { id } } } } } }", None, ids(9)),
        ("{ users(first: 9, filter: {}) { nodes { id } totalCount } }", None, 2 * (502 + 251) + 9 * 21),
        ("{ auditEvents(first: 9, filter: {}) { nodes { id } } }", None, 252 + 9 * 61),
        ("{ a: users(first: 9) { nodes { id } } b: users(first: 9) { nodes { id } } }", None, 2 * ids(9)),
        ("{ roles { id permissions } }", None, 250 + 100 * (3 + 1 + 10)),
        ("mutation { signOut { errors { code } } }", None, 5 * 250 + 2 + 3 * (2 + 1)),
        (USERS_PAGE, {"first": 25}, 12294),
        (USERS_PAGE, {"first": 100}, 23094),
        (NESTED, None, 687702),
        (get_introspection_query(), None, 25091),
    ],
)
def test_an_operation_costs_its_fields_times_the_lists_they_stand_in(source: str, variables: dict, points: int) -> None:
    assert cost(source, variables) == points


def test_fragments_within_fragments_are_priced_at_once_and_never_below_what_they_are() -> None:
    fragments = [f"fragment f{n} on User {{ a{n}: role {{ id }} ...f{n + 1} ...f{n + 1} }}" for n in range(28)]
    source = "{ viewer { ...f0 } }" + " ".join(fragments) + " fragment f28 on User { id }"
    assert cost(source) == 10**9


def test_every_ready_made_tab_passes() -> None:
    for tab in json.loads((TABS / "tabs.json").read_text("utf-8")):
        prepared = Documents(schema).prepare((TABS / tab["document"]).read_text("utf-8"))
        for node in prepared.document.definitions:
            assert prepared.cost(node, tab["variables"] | {"first": 100}) <= COST_LIMIT, tab["document"]


def test_every_list_of_the_schema_has_a_size() -> None:
    known = {*sizes.LISTS, *lists_of_types(GRAPHQL)["__schema"]}
    without = [
        f"{type_.name}.{name}"
        for type_ in GRAPHQL.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in type_.fields.items()
        if is_list_type(get_nullable_type(field.type)) and f"{type_.name}.{name}" not in known
    ]
    connections = ["AuditEventConnection", "UserConnection"]
    assert sorted(without) == [f"{connection}.{rows}" for connection in connections for rows in ("edges", "nodes")]


def test_every_size_is_that_of_a_field() -> None:
    known = {
        f"{type_.name}.{name}"
        for type_ in GRAPHQL.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for name in type_.fields
    }
    lists = lists_of_types(GRAPHQL)
    assert lists["__schema"].keys() == lists["__type"].keys()
    assert {*sizes.LISTS, *sizes.STATEMENTS, *lists["__type"]} - known == set()
    assert set(sizes.ROWS) <= set(GRAPHQL.type_map)


@pytest.mark.anyio
async def test_the_answer_tells_the_cost_when_it_was_executed_or_refused_for_it(world: World) -> None:
    ask = await world.client(await world.admin())
    done = await ask("{ viewer { id } }")
    dear = await ask(NESTED)
    wrong = await ask("{ nothing }")
    assert done.body["extensions"] == {"cost": {"requested": 271, "limit": 30000}}
    assert dear.body == {
        "errors": [
            {
                "message": "The operation is too complex: it has 687702 points of cost; the limit is 30000.",
                "extensions": {"code": "QUERY_TOO_COMPLEX"},
            }
        ],
        "extensions": {"cost": {"requested": 687702, "limit": 30000}},
    }
    assert "extensions" not in wrong.body
