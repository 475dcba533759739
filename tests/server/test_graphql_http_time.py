"""Requests end in time, and neither ending one nor failing costs a connection, a lock or a transaction."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from server.envelope import Envelope
from server.failures import Failures
from server.logs import set_up_logs
from server.shutdown import Leaving
from server.time_limit import TimeLimit
from tests.running import PATIENCE

pytestmark = pytest.mark.anyio

BUSY = "The service cannot answer just now; try again in a moment."


async def request(
    app: Any, token: str | None = None, query: str = "{ viewer { id } }", **variables: Any
) -> httpx2.Response:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://rollcall.test") as http:
        body = json.dumps({"query": query, "variables": variables}).encode()
        return await http.post("/graphql", content=body, headers=headers)


def busy(answer: httpx2.Response) -> bool:
    assert answer.headers["retry-after"] == "2"
    [error] = answer.json()["errors"]
    return (answer.status_code, error["message"], error["extensions"]) == (503, BUSY, {"code": "INTERNAL"})


async def test_what_takes_too_long_is_ended_and_answered() -> None:
    ended = asyncio.Event()

    async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    assert busy(await request(TimeLimit(hangs, 0.02)))
    assert ended.is_set()


@pytest.mark.parametrize("late", [None, LookupError])
async def test_the_answer_does_not_wait_for_what_comes_after_it(late: type[Exception] | None) -> None:
    sent: list[Any] = []
    cleaned = asyncio.Event()
    answered = asyncio.Event()

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            answered.set()

    async def cleans_for_long(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await answered.wait()
            await send({"type": "http.response.start", "status": 200})
            cleaned.set()
            if late:
                raise late

    async def receive() -> Any:
        await asyncio.Event().wait()

    async with asyncio.timeout(PATIENCE):
        await TimeLimit(cleans_for_long, 0.02)({"type": "http", "method": "POST", "path": "/graphql"}, receive, send)
    assert cleaned.is_set()
    assert [message.get("status") for message in sent] == [408, None]


async def test_an_answer_that_has_begun_is_cut_off() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError

    async def begins(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await TimeLimit(begins, 0.02)({"type": "http", "method": "POST", "path": "/graphql"}, receive, send)
    assert [message.get("status") for message in sent] == [200]


async def test_a_body_that_does_not_arrive_is_a_request_timeout() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    async def reads(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    await TimeLimit(reads, 0.02)({"type": "http", "method": "POST", "path": "/graphql"}, receive, send)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["errors"][0]["message"] == "The body did not arrive in time."


async def test_a_time_out_of_the_applications_own_is_no_end_of_the_request() -> None:
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await request(TimeLimit(fails, 5))


async def test_a_bug_outside_of_graphql_is_masked_with_an_id_that_the_log_has(
    logs_as_before: None, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("json")

    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        password = "hunter22"
        raise LookupError("a bug" if password else "")

    answer = await request(Failures(fails))
    [error] = answer.json()["errors"]
    [line] = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert line["event"] == "request.bug"
    assert (answer.status_code, error["message"]) == (500, "Something went wrong on our side.")
    assert error["extensions"] == {"code": "INTERNAL", "errorId": line["error_id"]}
    assert line["exception"][0]["exc_type"] == "LookupError"
    assert "hunter22" not in json.dumps(line)


async def test_a_bug_in_the_middle_of_an_answer_is_left_to_the_server() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message["type"])

    async def receive() -> Any:
        raise AssertionError

    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise LookupError

    scope = {"type": "http", "method": "GET", "path": "/graphql", "headers": []}
    with pytest.raises(LookupError):
        await Envelope(Failures(fails), Leaving(), https=False)(scope, receive, send)
    assert sent == ["http.response.start"]
