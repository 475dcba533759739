"""Who may read the schema, and that error messages tell nobody else a name that they did not send."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from schema.context import Context, Tools
from schema.execution.engine import GRAPHQL, Answer, Engine
from schema.execution.rules import Introspection, Rules
from services.actor import Origin
from tests.conftest import T0
from tests.world import World

pytestmark = pytest.mark.anyio

TYPES = "{ __schema { queryType { name } } }"
INTROSPECTING = [TYPES, '{ __type(name: "User") { name } }', "{ ...f } fragment f on Query { " + TYPES[1:]]
SCHEMA_WORDS = {
    word
    for word in re.findall(r"[A-Za-z_]+", (Path(__file__).parents[3] / "schema.graphql").read_text("utf-8"))
    if re.search(r"[a-z][A-Z]|_[A-Z]|^[A-Z]{4}", word)
}
"""Names of the schema that are no words of English."""

SOMEBODY = object()
"""Who is signed in, where it does not matter who."""

NEARLY_RIGHT = [
    ("{ usersz { totalCount } }", None),
    ("{ users { totalCounts } }", None),
    ("{ users }", None),
    ("{ viewer { id { x } } }", None),
    ("{ users(searchs: 1) { totalCount } }", None),
    ("{ user { id } }", None),
    ("{ user(id: {}) { id } }", None),
    ("{ users(orderBy: {field: LAST_NAM}) { totalCount } }", None),
    ("{ users(orderBy: {feld: LAST_NAME}) { totalCount } }", None),
    ("{ users(orderBy: {}) { totalCount } }", None),
    ("{ users(first: A) { totalCount } }", None),
    ("{ ... on Usr { id } }", None),
    ("{ viewer { ... on Role { id } } }", None),
    ("query($a: UserFiltr) { users(filter: $a) { totalCount } }", None),
    ("query($a: Int) { users(filter: $a) { totalCount } }", None),
    ("query($a: User) { users(filter: $a) { totalCount } }", None),
    ("{ viewer { id @skp } }", None),
    ("{ viewer { id @skip } }", None),
    ("mutation { signI { errors { code } } }", None),
    ("mutation { signIn { errors { code } } }", None),
    ("mutation { signIn(input: {}) { errors { code } } }", None),
    ("mutation { signIn(input: {emai: 1}) { errors { code } } }", None),
    ("{ node(id: 1) { id ... on User { statuss } } }", None),
    ("query($o: UserOrder) { users(orderBy: $o) { totalCount } }", {"o": {}}),
    ("query($o: UserOrder) { users(orderBy: $o) { totalCount } }", {"o": {"field": "LAST_NAM"}}),
    ("query($o: UserOrder) { users(orderBy: $o) { totalCount } }", {"o": {"feld": "X"}}),
    ("query($o: UserFilter) { users(filter: $o) { totalCount } }", {"o": {"status": ["ACTIV"]}}),
    ("query($o: UserFilter) { users(filter: $o) { totalCount } }", {"o": {"createdAt": {"before": "x"}}}),
    ("query($o: UserFilter!) { users(filter: $o) { totalCount } }", {}),
    ("query($o: SignInInput!) { __typename @skip(if: $o) }", {}),
    ("subscription { x }", None),
]


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]+", text))


async def answer(source: str, policy: Introspection, actor: Any = None, variables: Any = None) -> Answer:
    tools = Tools(None, None, lambda user, size: None)  # type: ignore[arg-type]  # nothing here gets that far
    context = Context(origin=Origin(), now=T0, tools=tools, actor=actor)
    engine = Engine(Rules(introspection=policy))
    return await engine.answer(await engine.prepared(source), variables, None, context)


@pytest.mark.parametrize("source", INTROSPECTING)
async def test_strangers_do_not_introspect_unless_it_is_public(source: str) -> None:
    refused = await answer(source, "signed-in")
    assert refused.body == {
        "errors": [
            {"message": "Sign in first: only users may read the schema.", "extensions": {"code": "UNAUTHENTICATED"}}
        ]
    }
    assert "errors" not in (await answer(source, "public")).body


async def test_users_introspect_unless_it_is_switched_off(world: World) -> None:
    actor = await world.actor(await world.admin())
    assert (await answer(TYPES, "signed-in", actor)).body["data"] == {"__schema": {"queryType": {"name": "Query"}}}
    off = await answer(TYPES, "off", actor)
    assert off.body == {
        "errors": [{"message": "Introspection is switched off.", "extensions": {"code": "BAD_USER_INPUT"}}]
    }


@pytest.mark.parametrize("source", INTROSPECTING)
async def test_nobody_introspects_where_it_is_switched_off(source: str) -> None:
    for actor in (None, SOMEBODY):
        refused = await answer(source, "off", actor)
        assert [error["message"] for error in refused.body["errors"]] == ["Introspection is switched off."]
        assert "data" not in refused.body


@pytest.mark.parametrize(("policy", "actor"), [("signed-in", None), ("off", None), ("off", SOMEBODY)])
@pytest.mark.parametrize(("source", "variables"), NEARLY_RIGHT)
async def test_who_may_not_introspect_is_told_no_name_of_the_schema(
    source: str, variables: Any, policy: Introspection, actor: Any
) -> None:
    refused = await answer(source, policy, actor, variables)
    assert refused.refused
    assert {error["extensions"]["code"] for error in refused.body["errors"]} == {"BAD_USER_INPUT"}
    told = json.dumps(refused.body).replace("BAD_USER_INPUT", "")
    assert words(told) & (SCHEMA_WORDS | set(GRAPHQL.type_map)) - words(source + json.dumps(variables)) == set()
    assert "Did you mean" not in told


async def test_those_who_may_read_the_schema_are_told_how_to_mend_it() -> None:
    told = await answer("{ usersz { totalCount } }", "public")
    assert (
        told.body["errors"][0]["message"]
        == "Cannot query field 'usersz' on type 'Query'. Did you mean 'users' or 'user'?"
    )


async def test_a_stranger_sees_where_a_document_does_not_parse() -> None:
    told = await answer("{ viewer { id }", "signed-in")
    assert told.body["errors"] == [
        {
            "message": "Syntax Error: Expected Name, found <EOF>.",
            "locations": [{"line": 1, "column": 16}],
            "extensions": {"code": "BAD_USER_INPUT"},
        }
    ]


async def test_a_stranger_may_ask_for_the_type_name() -> None:
    assert (await answer("{ __typename }", "off")).body["data"] == {"__typename": "Query"}


async def test_wrapped_types_are_asked_whether_they_are_one_of_without_harm(world: World) -> None:
    ask = await world.client(await world.admin())
    answer = await ask('{ __type(name: "User") { isOneOf fields { type { isOneOf } } } }')
    assert answer.data["__type"]["fields"][0] == {"type": {"isOneOf": None}}
