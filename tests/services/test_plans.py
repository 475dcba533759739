"""Search, every order and every cursor of the users page are index ranges, on both engines: no scan, no sort."""

import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tortoise import connections

from models.database import opened
from tests.conftest import T0, StandingClock
from tests.databases import POSTGRES, Databases
from tests.services.crowd import crowd
from tests.statements import Statement, statements
from tests.world import Client, World

pytestmark = pytest.mark.anyio

INDEXES = {
    "LAST_NAME": ("users_by_name", "last_name_key,first_name_key,id"),
    "EMAIL": ("users_by_email", "email_key,id"),
    "CREATED_AT": ("users_by_creation", "created_at,id"),
    "LAST_LOGIN_AT": ("users_by_last_login", "last_login_key,id"),
}
PAGE = """
query ($search: String, $filter: UserFilter, $orderBy: UserOrder, $first: Int, $after: String, $last: Int,
       $before: String, $offset: Int) {
  users(search: $search, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last,
        before: $before, offset: $offset) {
    nodes { fullName status role { name } alerts { type } invitation { delivery { state } } } pageInfo { endCursor }
  }
}
"""
SMALL_TABLES = {"platforms", "roles", "users__platform", "users__role"}
"""Of a few rows: scanning them is what a planner should do."""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def large_engine(request: pytest.FixtureRequest) -> str:
    """As `engine`, for as long as this module's tests run."""
    if request.param == "postgres" and not Databases.postgres_answers():
        if os.environ.get("CI"):
            pytest.fail(f"CI needs PostgreSQL at {POSTGRES}")
        pytest.skip(f"no PostgreSQL answers at {POSTGRES}: this half of the suite did not run")
    return str(request.param)


@pytest.fixture(scope="module")
async def ask(
    large_engine: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Client]:
    """The administrator of a platform with 20 000 users."""
    async with opened(await databases.fresh(large_engine, tmp_path_factory.mktemp("plans"))):
        world = World(StandingClock())
        admin = await world.admin()
        await crowd(admin, T0)
        yield await world.client(admin)
        world.hasher.close()


@dataclass(frozen=True)
class Plan:
    """What the engine would do: what it looks up in each index, what it scans, whether it sorts."""

    looked_up: dict[str, set[str]]
    scanned: set[str]
    sorts: bool


async def plan_of(statement: Statement) -> Plan:
    database, values = connections.get("default"), list(statement.values)
    if database.capabilities.dialect == "sqlite":
        rows = await database.execute_query_dict(f"EXPLAIN QUERY PLAN {statement.sql}", values)
        steps = [row["detail"] for row in rows]
        looked_up = {
            found[1]: conditions(found[2]) for step in steps if (found := re.search(r"INDEX (\w+) (.*)", step))
        }
        scanned = {step.split()[1] for step in steps if step.startswith("SCAN ")}
        return Plan(looked_up, scanned - SMALL_TABLES, any("TEMP B-TREE" in step for step in steps))
    (row,) = await database.execute_query_dict(f"EXPLAIN (FORMAT JSON) {statement.sql}", values)
    nodes = list(_nodes(json.loads(row["QUERY PLAN"])[0]["Plan"]))
    looked_up = {node["Index Name"]: conditions(node.get("Index Cond", "")) for node in nodes if "Index Name" in node}
    scanned = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    return Plan(looked_up, scanned - SMALL_TABLES, any("Sort" in node["Node Type"] for node in nodes))


def conditions(text: str) -> set[str]:
    """Both engines' words for an index condition in one form: `a,b>…,…`; SQLite does not tell `>=` from `>`."""
    text = re.sub(r"'[^']*'::[a-z ]+|\?", "…", text).removesuffix(" LEFT-JOIN")
    return set(re.sub(r"ROW|[() ]|(?<=[<>])=", "", text).split("AND"))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


async def listing(ask: Client, where: str, **variables: Any) -> Statement:
    """The statement by which the users page reads its page: the first, or one next to the cursor of a row inside."""
    inside = await ask(PAGE, first=1, offset=0 if variables.get("filter") else 100, **variables)
    cursor = inside.data["users"]["pageInfo"]["endCursor"]
    asked = {"first": {"first": 25}, "after": {"first": 25, "after": cursor}, "before": {"last": 25, "before": cursor}}
    with statements() as heard:
        answer = await ask(PAGE, **asked[where], **variables)
    assert answer.data["users"]["nodes"]
    (statement,) = [statement for statement in heard if "ORDER BY" in statement.sql]
    return statement


def beyond(columns: str, descending: bool, where: str) -> set[str]:
    """The condition that a cursor adds."""
    sign = ">" if rises(descending, where) else "<"
    return set() if where == "first" else {f"{columns}{sign}{','.join('…' for _ in columns.split(','))}"}


def rises(descending: bool, where: str) -> bool:
    """Whether the index is read upwards from the cursor."""
    return (where == "after") is not descending


@pytest.mark.parametrize("where", ["first", "after", "before"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", INDEXES)
async def test_a_page_of_every_order_is_a_range_of_its_index(
    ask: Client, field: str, descending: bool, where: str
) -> None:
    order = {"field": field, "direction": "DESC" if descending else "ASC"}
    plan = await plan_of(await listing(ask, where, orderBy=order))
    index, columns = INDEXES[field]
    assert plan.looked_up.get(index) == {"platform_id=…"} | beyond(columns, descending, where)
    assert (plan.scanned, plan.sorts) == (set(), False)


@pytest.mark.parametrize("where", ["first", "after", "before"])
@pytest.mark.parametrize("descending", [False, True])
async def test_a_page_of_a_search_is_a_range_of_the_names_index(ask: Client, descending: bool, where: str) -> None:
    order = {"field": "LAST_NAME", "direction": "DESC" if descending else "ASC"}
    plan = await plan_of(await listing(ask, where, search="M", orderBy=order))
    low, high = {"last_name_key>…"}, {"last_name_key<…"}
    bounds = low | high if where == "first" else high if rises(descending, where) else low
    keyset = beyond("last_name_key,first_name_key,id", descending, where)
    assert plan.looked_up.get("users_by_name", set()) >= {"platform_id=…"} | bounds | keyset
    assert (plan.scanned, plan.sorts) == (set(), False)


@pytest.mark.parametrize(
    "filter",
    [
        {"status": ["ACTIVE"]},
        {"mfaEnabled": False},
        {"ssoEnabled": False},
        {"status": ["ACTIVE"], "mfaEnabled": False},
        {"lastLogin": {"never": True}},
    ],
    ids=str,
)
@pytest.mark.parametrize("field", INDEXES)
async def test_a_filter_that_many_users_meet_costs_no_sort(ask: Client, field: str, filter: dict[str, Any]) -> None:
    plan = await plan_of(await listing(ask, "first", filter=filter, orderBy={"field": field}))
    assert "platform_id=…" in plan.looked_up.get(INDEXES[field][0], set())
    assert (plan.scanned, plan.sorts) == (set(), False)


@pytest.mark.parametrize("large_engine", ["postgres"], indirect=True)
async def test_lists_of_roles_of_all_lengths_are_one_statement(ask: Client) -> None:
    answer = await ask("{ roles { id } }")
    ids = [role["id"] for role in answer.data["roles"]]
    texts = {(await listing(ask, "first", filter={"roleId": ids[:many]})).sql for many in range(1, len(ids) + 1)}
    assert len(ids) > 1
    assert len(texts) == 1
    assert "= ANY(" in texts.pop().replace('"=ANY', '" = ANY')


@pytest.mark.parametrize("asked", ["totalCount", "facets { status { count } }", "facets { roles { count } }"])
async def test_totals_and_facets_are_counted_in_an_index_alone(ask: Client, asked: str) -> None:
    if connections.get("default").capabilities.dialect == "postgres":
        await connections.get("default").execute_script("VACUUM users")  # or it looks whether rows are still there
    with statements() as heard:
        await ask(f"{{ users {{ {asked} }} }}")
    counting = [statement for statement in heard if "COUNT" in statement.sql and '"users"' in statement.sql]
    assert counting
    assert [await only_in_index(statement) for statement in counting] == [True] * len(counting)


async def only_in_index(statement: Statement) -> bool:
    database, values = connections.get("default"), list(statement.values)
    words = "EXPLAIN QUERY PLAN" if database.capabilities.dialect == "sqlite" else "EXPLAIN"
    steps = [*map(str, await database.execute_query_dict(f"{words} {statement.sql}", values))]
    return any("COVERING INDEX" in step or "Index Only Scan" in step for step in steps)


@pytest.mark.parametrize("field", INDEXES)
async def test_a_search_for_words_begins_at_the_index_of_words(ask: Client, field: str) -> None:
    plan = await plan_of(await listing(ask, "first", filter={"text": "ma12"}, orderBy={"field": field}))
    assert plan.looked_up.get("words_by_prefix") == {"platform_id=…", "word>…", "word<…"}
    assert plan.scanned == set()
