"""What /metrics shows."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from schema.context import Context, Tools
from schema.execution.engine import Engine
from schema.execution.rules import Rules
from schema.execution.trusted import TrustedDocuments
from server.app import application, create_app
from server.avatars import avatar_urls
from server.graphql_http import GraphQLHttp
from server.metrics import MOST_OPERATIONS, MOST_UNTOLD, CountedTransport, Metrics
from server.operating import Operating
from server.origins import Origins
from server.settings import Settings
from services.actor import Origin
from services.mail.outcomes import Refused, TryLater
from tests.conftest import StandingClock
from tests.databases import Databases
from tests.world import KEY, Client, World

pytestmark = pytest.mark.anyio


def sample(metrics: Metrics, name: str, **labels: str) -> float | None:
    metrics.settle()
    return metrics.registry.get_sample_value(name, labels)


def test_a_name_of_an_operation_takes_a_place_once_it_was_answered() -> None:
    metrics = Metrics()
    metrics.answered("Users", 400, 0.1)
    metrics.answered("Users", 200, 0.1)
    metrics.answered(None, 200, 0.1)
    assert sample(metrics, "rollcall_requests_total", operation="other", status="400") == 1
    assert sample(metrics, "rollcall_requests_total", operation="Users", status="200") == 1
    assert sample(metrics, "rollcall_requests_total", operation="unnamed", status="200") == 1


def test_what_is_put_off_is_told_before_it_is_much() -> None:
    metrics = Metrics()
    for _ in range(MOST_UNTOLD):
        metrics.took_statement("SELECT 1", 0.001)
    told = metrics.registry.get_sample_value("rollcall_statement_seconds_count", {"kind": "SELECT"})
    assert told == MOST_UNTOLD


@pytest.mark.usefixtures("logs_as_before")
async def test_the_last_figures_are_told_when_the_server_ends(
    engine: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await databases.fresh(engine, tmp_path)
    metrics = Metrics()
    monkeypatch.setattr("server.app.Metrics", lambda: metrics)
    app = create_app(Settings.read(database_url=url, secret_key=KEY, shutdown_delay=0, _env_file=None))
    async with app.router.lifespan_context(app):
        for _ in range(3):
            metrics.answered("Last", 200, 0.1)
    assert metrics.registry.get_sample_value("rollcall_request_seconds_count", {"operation": "Last"}) == 3


@pytest.mark.parametrize("name", ["a" * 65, "a b", 'a"', "1a", "é"])
def test_what_is_no_name_is_counted_with_the_others(name: str) -> None:
    assert Metrics().counted_name(name, known=True) == "other"


def test_names_beyond_the_hundredth_share_one_place() -> None:
    metrics = Metrics()
    names = {metrics.counted_name(f"Operation{number}", known=True) for number in range(MOST_OPERATIONS + 50)}
    assert len(names) == MOST_OPERATIONS + 1
    assert metrics.counted_name("Operation0", known=False) == "Operation0"


def test_statements_are_counted_by_kind() -> None:
    metrics = Metrics()
    for sql in (
        "SELECT 1",
        "select 1",
        'UPDATE "users" SET x',
        "BEGIN;",
    ):
        metrics.took_statement(sql, 0.001)
    kinds = {
        kind: sample(metrics, "rollcall_statement_seconds_count", kind=kind) for kind in ("SELECT", "UPDATE", "OTHER")
    }
    assert kinds == {"SELECT": 2, "UPDATE": 1, "OTHER": 1}


def test_totals_of_the_engine_are_taken_over_as_they_grow() -> None:
    metrics = Metrics()
    metrics.ran({"compiled": 3})
    metrics.ran({"compiled": 5, "interpreted": 1})
    assert sample(metrics, "rollcall_documents_total", execution="compiled") == 5
    assert sample(metrics, "rollcall_documents_total", execution="interpreted") == 1


@pytest.mark.parametrize(
    ("query", "variables", "executions"),
    [
        ("{ viewer { id } }", {}, {"interpreted": 1}),
        ("{ viewer { ", {}, {"refused": 1}),
        ("{ nothing }", {}, {"refused": 1}),
        ("{ __schema { description } }", {}, {"refused": 1}),
        ("query A { viewer { id } } query B { viewer { id } }", {}, {"refused": 1}),
        ("{ users(first: 100) { nodes { history(first: 100) { nodes { id } } } } }", {}, {"refused": 1}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": None}, {"interpreted": 1, "refused": 1}),
    ],
)
async def test_what_is_not_executed_is_counted_as_refused(
    world: World, query: str, variables: dict[str, Any], executions: dict[str, int]
) -> None:
    graphql = GraphQLHttp(Tools(world.hasher, world.vault, avatar_urls("off", "")), world.clock, Origins([]))
    settings = Settings.read(database_url="sqlite:///unused", secret_key=KEY, _env_file=None)
    await Client(application(settings, graphql)).post({"query": query, "variables": variables})
    metrics = Metrics()
    metrics.ran(graphql.engine.counts)
    shown = {kind: sample(metrics, "rollcall_documents_total", execution=kind) for kind in ("interpreted", "refused")}
    assert {kind: number for kind, number in shown.items() if number is not None} == executions


async def test_what_is_on_no_list_of_trusted_documents_is_counted_as_refused(world: World) -> None:
    engine = Engine(Rules(trusted=TrustedDocuments([])))
    tools = Tools(world.hasher, world.vault, avatar_urls("off", ""))
    document = await engine.prepared("{ viewer { id } }")
    await engine.answer(document, {}, None, Context(origin=Origin(), now=world.clock.now, tools=tools))
    assert engine.counts == {"refused": 1}


async def test_guesses_are_counted_by_mutation_and_by_how_they_ended() -> None:
    metrics = Metrics()
    for outcome in ("right", "WRONG", "WRONG", "LOCKING"):
        metrics.guessed("signIn", outcome)
    metrics.guessed("verifyMfa", "WRONG")
    guesses = [("signIn", "right"), ("signIn", "WRONG"), ("signIn", "LOCKING"), ("verifyMfa", "WRONG")]
    assert [
        sample(metrics, "rollcall_guesses_total", mutation=mutation, outcome=outcome) for mutation, outcome in guesses
    ] == [1, 2, 1, 1]


@pytest.mark.parametrize(
    ("error", "outcome"), [(None, "sent"), (Refused("550"), "refused"), (TryLater("451"), "later")]
)
async def test_tries_to_hand_a_mail_over_are_counted(error: Exception | None, outcome: str) -> None:
    class Answering:
        async def send(self, message: object, recipient: str) -> None:
            if error is not None:
                raise error

    metrics = Metrics()
    transport = CountedTransport(Answering(), metrics.tried_mail)
    if error is None:
        await transport.send(None, "")  # type: ignore[arg-type]
    else:
        with pytest.raises(type(error)):
            await transport.send(None, "")  # type: ignore[arg-type]
    assert sample(metrics, "rollcall_mail_tries_total", outcome=outcome) == 1


async def test_the_page_shows_the_requests_that_were_made(world: World) -> None:
    settings = Settings.read(database_url="sqlite:///unused", secret_key=KEY, _env_file=None)
    tools = Tools(world.hasher, world.vault, avatar_urls("off", ""))
    app = application(settings, GraphQLHttp(tools, world.clock, Origins([])))
    client = Client(app)
    await client("query Viewer { viewer { id } }")
    await client.post({"query": "query Mine { viewer { id } }", "operationName": "Mine"})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as http:
        answer = await http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    counted = {
        (one.labels["operation"], one.labels["status"]): one.value
        for one in families["rollcall_requests"].samples
        if one.name.endswith("_total")
    }
    assert counted == {("unnamed", "200"): 1, ("Mine", "200"): 1}


def test_the_page_is_not_beside_the_api_where_it_has_a_port_of_its_own(clock: StandingClock) -> None:
    operating = Operating.alone(clock)
    assert [route.path for route in operating.routes(metrics=True)] == ["/livez", "/readyz", "/metrics"]
    assert [route.path for route in operating.routes(metrics=False)] == ["/livez", "/readyz"]


@pytest.mark.parametrize(
    ("body", "counted"),
    [
        ({"query": "query Known { __typename }", "operationName": "Known"}, "Known"),
        ({"query": "query Known { __typename }", "operationName": "Other"}, "unnamed"),
        ({"query": "query Known { ", "operationName": "Known"}, "unnamed"),
        ({"query": "{ __typename }", "operationName": "\ud800"}, "unnamed"),
        ({"query": "{ __typename }", "operationName": "x" * 50_000}, "unnamed"),
    ],
    ids=["known", "other", "broken", "half a letter", "long"],
)
async def test_only_names_of_operations_that_are_executed_are_logged_and_counted(
    world: World, body: dict[str, Any], counted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    operating = Operating.alone(world.clock)
    graphql = GraphQLHttp(Tools(world.hasher, world.vault, avatar_urls("off", "")), world.clock, Origins([]))
    settings = Settings.read(database_url="sqlite:///unused", secret_key=KEY, _env_file=None)
    answer = await Client(application(settings, graphql, operating=operating)).post(body)
    assert answer.status_code == 200
    assert sample(operating.metrics, "rollcall_requests_total", operation=counted, status="200") == 1
    logged = capsys.readouterr().out
    assert ("Known" in logged) is (counted == "Known")
    assert len(logged) < 1000


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        (("127.0.0.1", 1), {}, 200),
        (("::1", 1), {}, 200),
        (("::ffff:127.0.0.1", 1), {}, 200),
        (("192.0.2.1", 1), {}, 404),
        (("10.0.0.7", 1), {}, 404),
        (("somebody", 1), {}, 404),
        (("127.0.0.1", 1), {"X-Forwarded-For": "192.0.2.1"}, 404),
        (("127.0.0.1", 1), {"Forwarded": "for=192.0.2.1"}, 404),
    ],
)
async def test_beside_the_api_only_the_machine_itself_sees_the_figures(
    peer: tuple[str, int], headers: dict[str, str], status: int
) -> None:
    operating = Operating.alone(StandingClock())
    app = Starlette(routes=operating.routes(metrics=True))
    transport = httpx2.ASGITransport(app, client=peer)
    async with httpx2.AsyncClient(transport=transport, base_url="http://rollcall.test") as http:
        assert (await http.get("/metrics", headers=headers)).status_code == status
