"""Spans for a collector: what they say, whose trace they go on with, and what they never say."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette

from schema.context import Tools
from server.app import application
from server.avatars import avatar_urls
from server.graphql_http import GraphQLHttp
from server.origins import Origins
from server.settings import BadSettings, Settings
from server.spans import ENDING
from server.tracing import traced
from tests.running import PATIENCE, ROOT, Remote, command, running
from tests.server.collector import Collector, collecting
from tests.world import KEY, PASSWORD, World

pytestmark = pytest.mark.anyio

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SIGN_IN = """mutation SignIn($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { session { token user { email } } errors { code } }
}"""


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    with collecting() as made:
        yield made


def app_of(world: World, endpoint: str, **given: object) -> Starlette:
    settings = Settings.read(database_url="sqlite:///unused", secret_key=KEY, _env_file=None, **given)
    tools = Tools(world.hasher, world.vault, avatar_urls(settings.avatars, settings.public_url))
    graphql = GraphQLHttp(tools, world.clock, Origins([]))
    return traced(application(settings, graphql), graphql, endpoint)


async def asked(app: Starlette, query: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://rollcall.test") as http:
        return await http.post("/graphql", json={"query": query} | more, headers=headers)


async def ended(app: Starlette) -> None:
    """The server ends, and so sends what it still has."""
    messages: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    for each in ("lifespan.startup", "lifespan.shutdown"):
        messages.put_nowait({"type": each})

    async def send(message: Any) -> None:
        assert message["type"].endswith(".complete")

    await app({"type": "lifespan"}, messages.get, send)


def attributes(span: Span) -> dict[str, Any]:
    """Each with its value, whatever its type."""
    return {
        attribute.key: getattr(attribute.value, attribute.value.WhichOneof("value")) for attribute in span.attributes
    }


async def test_a_span_tells_name_cost_and_outcome_and_nothing_else(
    world: World, collector: tuple[Collector, str]
) -> None:
    taken, endpoint = collector
    app = app_of(world, endpoint)
    ada = await world.user(await world.platform(), email="ada@secret.example.org")
    answer = await asked(
        app,
        SIGN_IN,
        variables={"email": ada.email, "password": PASSWORD},
        operationName="SignIn",
        headers={"X-Request-Id": "request-7", "Authorization": "Bearer a-bearer-token"},
    )
    token = answer.json()["data"]["signIn"]["session"]["token"]
    await ended(app)
    [span] = taken.spans
    assert (span.name, span.kind, span.status.code) == ("POST /graphql", Span.SPAN_KIND_SERVER, 0)
    assert attributes(span) == {
        "http.request.method": "POST",
        "url.path": "/graphql",
        "http.response.status_code": 200,
        "graphql.operation.name": "SignIn",
        "rollcall.cost": answer.json()["extensions"]["cost"]["requested"],
        "rollcall.outcome": "done",
        "rollcall.request_id": "request-7",
    }
    assert taken.paths == ["/v1/traces"]
    sent = b"".join(taken.bodies)
    for secret in ("ada@", PASSWORD, token, "a-bearer-token", str(ada.id), "signIn", "127.0.0.1"):
        assert secret.encode() not in sent


async def test_the_trace_that_comes_is_gone_on_with(
    world: World, collector: tuple[Collector, str], capsys: pytest.CaptureFixture[str]
) -> None:
    taken, endpoint = collector
    app = app_of(world, endpoint)
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=one"}
    await asked(app, "{ viewer { id } }", headers=headers)
    [line] = [line for line in capsys.readouterr().out.splitlines() if "path" in line]
    assert TRACE in line
    await asked(app, "{ viewer { id } }", headers={"traceparent": "nonsense"})
    await asked(app, "{ viewer { id } }", headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
    await ended(app)
    first, second = taken.spans
    assert (first.trace_id.hex(), first.parent_span_id.hex(), first.trace_state) == (TRACE, PARENT, "vendor=one")
    assert (second.trace_id.hex() != TRACE, second.parent_span_id) == (True, b"")


async def test_a_query_by_get_has_a_span_without_its_address_and_the_page_has_none(
    world: World, collector: tuple[Collector, str]
) -> None:
    taken, endpoint = collector
    app = app_of(world, endpoint, get_queries=True)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://rollcall.test") as http:
        await http.get("/graphql", params={"query": "query Mine { viewer { id } }", "operationName": "Mine"})
        await http.get("/graphql", headers={"Accept": "text/html"})
    await ended(app)
    [span] = taken.spans
    told = attributes(span)
    assert (span.name, told["http.request.method"], told["url.path"]) == ("GET /graphql", "GET", "/graphql")
    assert (told["graphql.operation.name"], told["rollcall.outcome"]) == ("Mine", "done")
    assert b"viewer" not in b"".join(taken.bodies)


@pytest.mark.parametrize(
    ("query", "outcome", "status"),
    [
        ("{ viewer { id } }", "done", 200),
        ("{ users { totalCount } }", "errors", 200),
        ("{ nothing }", "refused", 200),
        (
            "query Cost { " + " ".join(f"a{n}: users(first: 100) {{ nodes {{ id }} }}" for n in range(12)) + " }",
            "refused",
            200,
        ),
    ],
)
async def test_outcomes(world: World, collector: tuple[Collector, str], query: str, outcome: str, status: int) -> None:
    taken, endpoint = collector
    app = app_of(world, endpoint)
    await asked(app, query)
    await ended(app)
    [span] = taken.spans
    told = attributes(span)
    assert (told["rollcall.outcome"], told["http.response.status_code"]) == (outcome, status)


async def test_a_failure_marks_the_span_and_does_not_tell_its_words(
    world: World, collector: tuple[Collector, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, endpoint = collector
    app = app_of(world, endpoint)

    async def broken(*arguments: Any) -> Any:
        raise RuntimeError("ada@secret.example.org is not in the cache")

    monkeypatch.setattr("server.graphql_http.find_actor", broken)
    answer = await asked(app, "{ viewer { id } }", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 500
    await ended(app)
    [span] = taken.spans
    assert (span.status.code, span.status.message, list(span.events)) == (2, "", [])
    assert attributes(span)["rollcall.outcome"] == "failed"
    assert b"secret" not in b"".join(taken.bodies)


async def test_a_name_that_is_none_is_not_told(world: World, collector: tuple[Collector, str]) -> None:
    taken, endpoint = collector
    app = app_of(world, endpoint)
    await asked(app, "{ viewer { id } }", operationName="ada@secret.example.org")
    await ended(app)
    [span] = taken.spans
    assert attributes(span)["graphql.operation.name"] == ""


async def test_only_operations_make_spans(world: World, collector: tuple[Collector, str]) -> None:
    taken, endpoint = collector
    app = app_of(world, endpoint)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://rollcall.test") as http:
        assert (await http.get("/livez")).status_code == 200
    await ended(app)
    assert taken.spans == []


async def test_a_collector_that_never_answers_harms_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.spans.ENDING_SECONDS", 0.2)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", str(PATIENCE))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app = app_of(world, f"http://127.0.0.1:{silent.getsockname()[1]}")
        answer = await asked(app, "{ viewer { id } }")
        assert answer.json()["data"] == {"viewer": None}
        await ended(app)
        left_behind = [thread for thread in threading.enumerate() if thread.name == ENDING]
        assert [thread.is_alive() for thread in left_behind] == [True]
        late, _ = silent.accept()
        with late:
            late.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            left_behind[0].join()


def test_the_standard_variable_is_heard_and_ours_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"database_url": "sqlite:///unused", "secret_key": KEY, "_env_file": None}
    assert Settings.read(**given).otlp_endpoint is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://standard:4318/")
    assert Settings.read(**given).otlp_endpoint == "http://standard:4318"
    monkeypatch.setenv("ROLLCALL_OTLP_ENDPOINT", "http://ours:4318")
    assert Settings.read(**given).otlp_endpoint == "http://ours:4318"
    monkeypatch.setenv("ROLLCALL_OTLP_ENDPOINT", "ours:4318")
    with pytest.raises(BadSettings, match="ROLLCALL_OTLP_ENDPOINT is wrong"):
        Settings.read(**given)


async def test_the_server_sends_to_the_collector_of_its_settings(
    collector: tuple[Collector, str], tmp_path: Path
) -> None:
    taken, endpoint = collector
    url = f"sqlite://{tmp_path}/traced.db"
    await command("migrate", database_url=url)
    async with running(url, tmp_path / "log", workers=2, OTLP_ENDPOINT=endpoint) as address:
        assert await Remote(address)("query Viewer { viewer { id } }") == {"viewer": None}
    [span] = taken.spans
    assert attributes(span)["rollcall.outcome"] == "done"


def test_without_a_collector_nothing_of_opentelemetry_is_loaded() -> None:
    program = "import sys, server.app, server.tracing; print([n for n in sys.modules if n.startswith('opentelemetry')])"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ROLLCALL_", "OTEL_"))}
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=inherited, capture_output=True, text=True)
    assert ran.stdout == "[]\n", ran.stderr
