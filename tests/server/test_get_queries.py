"""Queries by GET, where ROLLCALL_GET_QUERIES is set: never a mutation, and nothing of them in the log."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from server.operating import Operating
from server.time_limit import TimeLimit
from services.clock import system_clock
from tests.server.test_cross_origin import PREFLIGHT
from tests.server.test_graphql_http import BODY, GRAPHQL_JSON, JSON, only_error, send
from tests.server.test_metrics import sample

pytestmark = pytest.mark.anyio

ASKING = "query Asking($so: Boolean!) { __typename @include(if: $so) } query Other { __typename }"
CHANGING = "mutation Leave { signOut { errors { code } } } query Asking { __typename }"


async def get(given: Any, *, accept: str = GRAPHQL_JSON, method: str = "GET", **more: Any) -> httpx2.Response:
    """Parameters as a dictionary or as pairs."""
    settings = {"get_queries": True} | more
    return await send(method, b"", path=f"/graphql?{urlencode(given)}", headers={"Accept": accept}, **settings)


async def test_a_query_in_the_address_is_executed_with_its_variables_and_name() -> None:
    answer = await get({"query": ASKING, "variables": '{"so": true}', "operationName": "Asking", "extensions": "{}"})
    assert (answer.status_code, answer.json()["data"]) == (200, {"__typename": "Query"})
    assert answer.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


async def test_post_goes_on_as_before() -> None:
    assert (await send(body=BODY, get_queries=True)).json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("given", [{"operationName": "Leave"}, {}])
async def test_a_mutation_is_not_executed_by_get(given: dict[str, str]) -> None:
    query = CHANGING if given else "mutation { signOut { errors { code } } }"
    answer = await get({"query": query} | given)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert only_error(answer) == ("Send mutations with POST.", "METHOD_NOT_ALLOWED")


async def test_a_query_beside_a_mutation_is_executed() -> None:
    answer = await get({"query": CHANGING, "operationName": "Asking"})
    assert answer.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "`query` is missing."),
        ({"variables": "{}"}, "`query` is missing."),
        ({"query": "{ __typename }", "variables": "{"}, "`variables` is not JSON."),
        ({"query": "{ __typename }", "variables": ""}, "`variables` is not JSON."),
        ({"query": "{ __typename }", "variables": "[]"}, "`variables` must be an object."),
        ({"query": "{ __typename }", "extensions": "1"}, "`extensions` must be an object."),
        ([("query", "{ __typename }"), ("query", "{ viewer { id } }")], "Give each parameter once."),
    ],
)
async def test_what_is_no_operation_is_told_so(given: Any, message: str) -> None:
    answer = await get(given)
    assert answer.status_code == 400
    assert only_error(answer) == (message, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/graphql?query={__typename}%23%ff", 400, "The address is not UTF-8."),
        (f"/graphql?query={{__typename}}{'+' * 60_000}", 414, "The address must not be larger than 60000 bytes."),
    ],
)
async def test_an_address_is_utf_8_and_ends(path: str, status: int, message: str) -> None:
    answer = await send("GET", b"", path=path, headers={"Accept": JSON}, get_queries=True)
    assert (answer.status_code, only_error(answer)[0]) == (status, message)


async def test_an_answer_that_nobody_accepts_is_not_made() -> None:
    assert (await get({"query": "{ __typename }"}, accept="text/plain")).status_code == 406


@pytest.mark.parametrize("graphiql", [True, False])
async def test_browsers_get_the_page_where_there_is_one(graphiql: bool) -> None:
    answer = await get({"query": "{ __typename }"}, accept="text/html, */*", graphiql=graphiql)
    assert answer.headers["content-type"].partition(";")[0] == ("text/html" if graphiql else JSON)


async def test_a_query_that_takes_too_long_is_our_fault() -> None:
    answered: list[int] = []

    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    async def note(message: Message) -> None:
        answered.append(message.get("status", 0))

    scope = {"type": "http", "method": "GET", "path": "/graphql", "query_string": b"query={a}", "headers": []}
    await TimeLimit(never, 0.01)(scope, None, note)  # type: ignore[arg-type]
    assert answered[0] == 503


async def test_head_is_get_without_its_body() -> None:
    assert (await get({"query": "{ __typename }"}, method="HEAD")).status_code == 200


async def test_a_listed_origin_may_ask_by_get() -> None:
    preflight = PREFLIGHT | {"Access-Control-Request-Method": "GET"}
    for allowed in (True, False):
        answer = await send("OPTIONS", b"", headers=preflight, cors_origins=PREFLIGHT["Origin"], get_queries=allowed)
        assert (answer.status_code == 200) is allowed
        assert ("GET" in answer.headers["access-control-allow-methods"]) is allowed


async def test_the_log_has_the_operation_and_neither_query_nor_variables(capsys: pytest.CaptureFixture[str]) -> None:
    await get({"query": ASKING, "variables": '{"so": true, "secretive": 1}', "operationName": "Asking"})
    logged = capsys.readouterr().out.replace("'", "")
    assert "operation=Asking" in logged
    await get({"query": ASKING, "variables": '{"secretive": 1'})
    await get({"query": CHANGING, "operationName": "Leave", "extensions": '{"secretive": 1}'})
    logged += capsys.readouterr().out
    assert logged.count("path=/graphql") == 3
    assert not any(word in logged for word in ("secretive", "__typename", "variables"))


@pytest.mark.parametrize(
    ("given", "counted", "status"),
    [({"query": ASKING, "operationName": "Other"}, "Other", "200"), ({"query": "{"}, "unnamed", "400")],
)
async def test_it_is_counted_like_any_other(given: dict[str, str], counted: str, status: str) -> None:
    operating = Operating.alone(system_clock)
    await get(given, operating=operating)
    assert sample(operating.metrics, "rollcall_requests_total", operation=counted, status=status) == 1


async def test_the_page_is_not_counted() -> None:
    operating = Operating.alone(system_clock)
    await get({}, accept="text/html", operating=operating)
    operating.metrics.settle()
    [requests] = [family for family in operating.metrics.registry.collect() if family.name == "rollcall_requests"]
    assert requests.samples == []
