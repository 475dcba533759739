"""Prices against work: what the cost limit lets through never does more than a quarter of a second allows."""

import os
from collections.abc import Callable
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
import pytest

from models.role import Role
from models.user import User
from schema.execution.engine import Engine
from schema.execution.limits import MOST_ALIASES
from schema.execution.rules import COST_LIMIT
from schema.ids import global_id
from server.bodies import LARGEST_BODY
from tests.schema.execution.costly_documents import CostlyDocuments
from tests.schema.execution.costly_filters import CostlyFilters
from tests.schema.execution.costly_mutations import CostlyMutations
from tests.schema.execution.work import MOST, MOST_PIECES, counted, crowd, dearest_use, dearest_use_in_pieces, too_dear
from tests.world import World, role_id, user_id

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

DOCUMENTS = int(os.environ.get("ROLLCALL_COSTLY", "15"))
SEED = int(os.environ.get("ROLLCALL_COSTLY_SEED", "6"))


@pytest.mark.parametrize("kind", [CostlyDocuments, CostlyFilters])
async def test_no_query_under_the_limit_holds_a_worker_for_a_quarter_of_a_second(
    world: World, kind: type[CostlyDocuments]
) -> None:
    admin = await crowd(world)
    ids = {"User": user_id(admin), "Platform": global_id("Platform", admin.platform_id)}
    costly = list(islice(kind(SEED, ids).between(COST_LIMIT // 2, COST_LIMIT), DOCUMENTS))
    dear, _ = await too_dear(costly, kind.variables, world, await world.actor(admin))
    assert (dear, len(costly)) == ([], DOCUMENTS), f"seed {SEED}"


REFUSED = " ".join(f"a{number}: avatarUrl(size: 9)" for number in range(10))


@pytest.mark.parametrize(
    ("rows", "asked"),
    [("users", "id"), ("auditEvents", "id"), ("users", REFUSED)],
    ids=["users", "auditEvents", "refused fields"],
)
async def test_the_rows_of_a_page_do_no_more_than_their_points_allow(world: World, rows: str, asked: str) -> None:
    """What a hundred rows do and cost beyond one, for the points of a row stand among larger ones in other queries."""
    actor = await world.actor(await crowd(world))
    works, costs = [], []
    for source in (f"{{ {rows}(first: {number}) {{ nodes {{ {asked} }} }} }}" for number in (1, 100)):
        prepared = await Engine().prepared(source)
        costs.append(prepared.cost(prepared.operation(None), {}))
        works.append((await dearest_use(source, {}, world, actor))[0].calls)
    assert works[1] - works[0] <= (costs[1] - costs[0]) * MOST.calls / COST_LIMIT


OF_FIELDS = """{ name description isDeprecated deprecationReason __typename
  type { kind name description __typename ofType { kind name description __typename } } }"""


def copies(number: int, of: str) -> str:
    return " ".join(f"a{n}: {of}" for n in range(number))


TYPE = "{ kind name description }"
ARGUMENTS = "args { name type { kind ofType { name } } }"
INTROSPECTIONS: dict[str, Callable[[int], str]] = {
    "fields": lambda n: types(copies(n, f"fields {OF_FIELDS}")),
    "values": lambda n: types(copies(n, "enumValues { name description }")),
    "arguments": lambda n: types(f"fields {{ {copies(n, ARGUMENTS)} }}"),
    "fields of fields": lambda n: types(f"fields {{ type {{ ofType {{ {copies(n, 'fields { name }')} }} }} }}"),
    "possible": lambda n: types(copies(n, f"possibleTypes {{ fields {OF_FIELDS} }}")),
    "roots": lambda n: f"{{ {copies(n, f'__schema {{ types {TYPE} }}')} }}",
    "a type": lambda n: named(n, "User", f"fields {OF_FIELDS}"),
    "deep": lambda n: named(n, "Mutation", f"fields {{ type {{ fields {OF_FIELDS} }} }}"),
    "copies of copies": lambda n: named(n // 2, "Node", copies(n // 2, f"possibleTypes {{ fields {OF_FIELDS} }}")),
}


def types(asked: str) -> str:
    return f"{{ __schema {{ types {{ {asked} }} }} }}"


def named(number: int, name: str, asked: str) -> str:
    roots = copies(number, f'__type(name: "{name}") {{ ...Asked }}')
    return f"{{ {roots} }} fragment Asked on __Type {{ {asked} }}"


@pytest.mark.parametrize("asked", INTROSPECTIONS.values(), ids=INTROSPECTIONS)
async def test_no_introspection_under_the_limit_holds_a_worker(world: World, asked: Callable[[int], str]) -> None:
    """As many copies as aliases and cost allow."""
    actor, engine = await world.actor(await world.admin()), Engine()
    allowed = [
        document
        for document in map(asked, range(2, MOST_ALIASES + 1, 2))
        if (prepared := await engine.prepared(document)).cost(prepared.operation(None), {}) <= COST_LIMIT
    ]
    dear, _ = await too_dear([(allowed[-1], 0)] if allowed else [], {}, world, actor)
    assert dear == []


async def test_no_mutation_under_the_limit_holds_a_worker_for_a_quarter_of_a_second(world: World) -> None:
    admin = await crowd(world)
    actor = await world.actor(admin)
    people = [user_id(user) for user in await User.exclude(id=admin.id)]
    viewer = await Role.get(platform_id=admin.platform_id, name="Viewer")
    ids = {"User": user_id(admin), "Role": role_id(viewer)}
    costly = list(islice(CostlyMutations(SEED, ids, people).between(COST_LIMIT // 4, COST_LIMIT), DOCUMENTS))
    dear = []
    for source, cost in costly:
        work, body = await counted(Engine(), source, {}, world, actor)
        assert "data" in body, body
        if not work.within(MOST):
            dear.append((work, cost, source))
    assert (dear, len(costly)) == ([], DOCUMENTS), f"seed {SEED}"


@pytest.mark.parametrize(
    ("type", "field", "argument", "value"),
    [
        ("String", "users", "search", "é" * 45_000),
        ("UserFilter", "users", "filter", {"text": "ab " * 30_000}),
        ("UserFilter", "users", "filter", {"status": ["ACTIVE", "INVITED"] * 4_500}),
        ("UserFilter", "users", "filter", {"roleId": [global_id("Role", UUID(int=n)) for n in range(1_800)]}),
        ("AuditEventFilter", "auditEvents", "filter", {"type": [f"{n:x}" for n in range(12_000)]}),
    ],
    ids=["search", "text", "status", "roleId", "type"],
)
@pytest.mark.usefixtures("settled_memory")
async def test_large_variables_do_not_hold_a_worker_either(
    world: World, type: str, field: str, argument: str, value: Any
) -> None:
    """The cost limit does not see how large they are: as large as a body may be, and used as often as may be."""
    actor = await world.actor(await world.admin())
    asked = f"{field}({argument}: $given, first: 1) {{ pageInfo {{ hasNextPage }} }}"
    copies = MOST_ALIASES if field == "auditEvents" else MOST_ALIASES - 2  # thirty with a filter cost too much
    document = f"query ($given: {type}) {{ {' '.join(f'a{n}: {asked}' for n in range(copies))} }}"
    body = {"query": document, "variables": {"given": value}}
    assert LARGEST_BODY * 0.8 < len(orjson.dumps(body)) <= LARGEST_BODY
    work, answer = await dearest_use(document, {"given": value}, world, actor)
    assert "data" in answer, answer
    assert work.within(MOST), work
    assert await dearest_use_in_pieces(document, {"given": value}, world, actor) < MOST_PIECES
