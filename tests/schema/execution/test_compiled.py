"""What the compiler covers: any kind of node, and a query of which graphql-core executes a part beside it."""

from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLError

from models.role import Role
from schema.context import Context, Tools
from schema.execution.compiled import operation as operations
from schema.execution.compiled import selections
from schema.execution.engine import Engine
from schema.execution.turns import Turns
from schema.ids import global_id
from server.avatars import avatar_urls
from services.actor import Actor, Origin
from tests.statements import statements
from tests.world import World, role_id, user_id

pytestmark = pytest.mark.anyio

NODE = """query Node($id: ID!) {
  node(id: $id) { __typename id ... on User { fullName role { name } } ... on Role { name } ... on Platform { name } }
}"""
BESIDE = """query Beside($name: String!) {
  before: __typename
  __type(name: $name) { name }
  users(first: 1) { nodes { id } }
  after: __typename
}"""


class Asking:
    """One engine, on which nothing takes any time, asked by one actor."""

    def __init__(self, world: World, actor: Actor | None) -> None:
        self.engine = Engine(turns=Turns(clock=lambda: 0.0, used=lambda: 0.0))
        self._world, self._actor = world, actor

    async def __call__(self, source: str, **variables: Any) -> dict[str, Any]:
        tools = Tools(self._world.hasher, self._world.vault, avatar_urls("off", ""))
        context = Context(origin=Origin(), now=self._world.clock.now, tools=tools, actor=self._actor)
        body = (await self.engine.answer(await self.engine.prepared(source), variables, None, context)).body
        return {name: value for name, value in body.items() if name != "extensions"}


async def test_node_is_compiled_for_every_kind_of_record(world: World) -> None:
    admin = await world.admin()
    viewer = await Role.get(platform_id=admin.platform_id, name="Viewer")
    ask = Asking(world, await world.actor(admin))
    user = {"__typename": "User", "id": user_id(admin), "fullName": "Grace Hopper", "role": {"name": "Platform"}}
    role = {"__typename": "Role", "id": role_id(viewer), "name": "Viewer"}
    platform_id = global_id("Platform", admin.platform_id)
    platform = {"__typename": "Platform", "id": platform_id, "name": "Acme"}
    for _ in range(2):
        for node in (user, role, platform):
            assert await ask(NODE, id=node["id"]) == {"data": {"node": node}}
    assert await ask(NODE, id=global_id("User", viewer.id)) == {"data": {"node": None}}
    assert ask.engine.counts == {"interpreted": 1, "compiled": 6}


async def test_a_compiled_node_fetches_only_the_columns_asked_for(world: World) -> None:
    admin = await world.admin()
    ask = Asking(world, await world.actor(admin))
    await ask(NODE, id=user_id(admin))
    with statements() as sent:
        await ask(NODE, id=user_id(admin))
    [statement] = sent
    assert '"first_name"' in statement.sql
    assert '"email"' not in statement.sql


async def test_what_is_not_covered_is_executed_beside_the_rest_and_stands_in_its_place(world: World) -> None:
    admin = await world.admin()
    ask = Asking(world, await world.actor(admin))
    data = {
        "before": "Query",
        "__type": {"name": "User"},
        "users": {"nodes": [{"id": user_id(admin)}]},
        "after": "Query",
    }
    for _ in range(2):
        answer = await ask(BESIDE, name="User")
        assert answer == {"data": data}
        assert list(answer["data"]) == list(data)
    assert ask.engine.counts == {"interpreted": 1, "compiled": 1}


async def test_an_error_beside_the_plan_stands_beside_what_the_plan_has_made(world: World) -> None:
    admin = await world.admin()
    ask = Asking(world, await world.actor(admin))
    source = 'query ($name: String = "x") { viewer { id } __type(name: $name) { name } }'
    expected = await ask(source, name=None)
    assert expected["data"] == {"viewer": {"id": user_id(admin)}, "__type": None}
    assert [error["path"] for error in expected["errors"]] == [["__type"]]
    assert await ask(source, name=None) == expected
    assert ask.engine.counts == {"interpreted": 1, "compiled": 1}


async def test_an_error_of_the_whole_answer_is_told_by_graphql_core(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Asking(world, await world.actor(await world.admin()))
    for _ in range(2):
        expected = await ask(BESIDE, name="User")

    async def failing(*_: Any) -> Any:
        return ExecutionResult(None, [GraphQLError("broken")])

    monkeypatch.setattr(operations, "interpreted", failing)
    assert await ask(BESIDE, name="User") == expected
    assert ask.engine.counts == {"interpreted": 2, "compiled": 1, "odd": 1}


async def test_a_query_of_nothing_that_is_covered_has_no_plan(world: World) -> None:
    ask = Asking(world, await world.actor(await world.admin()))
    for _ in range(3):
        answer = await ask('{ __type(name: "User") { name } }')
        assert answer == {"data": {"__type": {"name": "User"}}}
    assert ask.engine.counts == {"interpreted": 3}


async def test_what_differs_is_found_in_every_test_of_the_whole_server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = await world.client(await world.admin())
    assert (await ask("{ viewer { fullName } }")).data == {"viewer": {"fullName": "Grace Hopper"}}
    beside = await ask('query ($name: String = "x") { viewer { id } __type(name: $name) { name } }', name=None)
    assert beside.body["data"]["__type"] is None
    assert world.engine.compared == 2

    async def wrong(*_: Any) -> ExecutionResult:
        return ExecutionResult({"viewer": {"fullName": "Somebody Else"}}, None)

    monkeypatch.setattr(operations.Operation, "run", wrong)
    assert (await ask("{ viewer { fullName } }")).status == 500


async def test_what_asks_for_very_many_fields_has_no_plan(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selections, "MOST_FIELDS", 8)
    ask = Asking(world, await world.actor(await world.admin()))
    few, many = "{ viewer { id } }", "{ viewer { id fullName email status version } users { nodes { id email } } }"
    for _ in range(3):
        assert (await ask(few)).keys() == (await ask(many)).keys() == {"data"}
    assert ask.engine.counts == {"interpreted": 4, "compiled": 2}
