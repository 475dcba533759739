"""A bug is in the log with its trace and the id that the client saw; a client's mistake leaves no trace there."""

import json
from typing import Any
from uuid import uuid4

import pytest

from schema.context import Tools
from schema.execution.compiled.operation import Operation
from schema.execution.engine import Engine
from schema.execution.turns import Turns
from schema.ids import global_id
from server.app import application
from server.avatars import avatar_urls
from server.graphql_http import GraphQLHttp
from server.logs import set_up_logs
from server.origins import Origins
from server.settings import Settings
from tests.world import KEY, Client, World

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("logs_as_before")]

VIEWER = "{ viewer { fullName } }"
USERS = "query ($first: Int, $id: ID!) { users(first: $first) { totalCount } user(id: $id) { id } }"
DISABLE = "mutation ($id: ID!) { disableUser(input: {id: $id}) { errors { code } } }"
ADD_ROLE = 'mutation { addRole(input: {name: "Helpers", permissions: []}) { errors { code } } }'
FILTERED = "query ($filter: UserFilter) { users(filter: $filter) { totalCount } }"
SOMEBODY = global_id("User", uuid4())


class Served:
    """The server, on whose clock new documents take no time, with its log."""

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.engine, self._capsys, self._world = Engine(turns=Turns(lambda: 0.0, lambda: 0.0)), capsys, world
        settings = Settings.read(database_url="sqlite:///unused", secret_key=KEY, _env_file=None)
        tools = Tools(world.hasher, world.vault, avatar_urls("off", ""))
        self._app = application(settings, GraphQLHttp(tools, world.clock, Origins([]), self.engine))

    async def client(self, role: str | None) -> Client:
        set_up_logs("json")  # no sooner: what stderr is differs from a fixture to its test
        user = await self._world.admin(role=role) if role else None
        return Client(self._app, await self._world.session(user) if user else None)

    def logged(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self._capsys.readouterr().err.splitlines()]
        return [line for line in lines if line["event"] != "request"]


@pytest.fixture
def served(world: World, capsys: pytest.CaptureFixture[str]) -> Served:
    return Served(world, capsys)


def raised(line: dict[str, Any]) -> tuple[str, str]:
    """What a line's trace tells: the exception, and the function in which it was raised."""
    [exception] = line["exception"]
    return exception["exc_type"], exception["frames"][-1]["name"]


async def broken(*_: Any, **__: Any) -> Any:
    secret = "hunter22"
    raise ZeroDivisionError if secret else None


@pytest.mark.parametrize(
    ("breaks", "document"),
    [("schema.users.queries.find_user", VIEWER), ("schema.users.disable.disable", DISABLE)],
    ids=["query", "mutation"],
)
async def test_the_id_that_the_client_sees_leads_to_the_trace(
    breaks: str, document: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = await served.client("Platform")
    monkeypatch.setattr(breaks, broken)
    for _ in range(3):
        [error] = (await ask(document, **{"id": SOMEBODY} if "$id" in document else {})).body["errors"]
        lines = served.logged()
        [line] = [line for line in lines if line["event"] == "graphql.bug"]
        assert error["message"] == "Something went wrong on our side."
        assert error["extensions"] == {"code": "INTERNAL", "errorId": line["error_id"]}
        assert (line["level"], line["path"], raised(line)) == ("error", error["path"], ("ZeroDivisionError", "broken"))
        assert "hunter22" not in json.dumps(lines)
    assert served.engine.counts["odd"] == (2 if document == VIEWER else 0)


async def test_what_is_odd_in_a_compiled_query_is_told_with_its_trace(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = await served.client("Platform")
    await ask(VIEWER)
    monkeypatch.setattr(Operation, "run", broken)
    served.logged()
    assert (await ask(VIEWER)).data == {"viewer": {"fullName": "Grace Hopper"}}
    [line] = served.logged()
    assert (line["event"], line["level"], line["error"]) == ("graphql.odd", "warning", "ZeroDivisionError")
    assert raised(line) == ("ZeroDivisionError", "broken")
    assert "hunter22" not in json.dumps(line)


@pytest.mark.parametrize(
    ("role", "document", "variables", "code"),
    [
        ("Platform", "{ viewer {", {}, "BAD_USER_INPUT"),
        ("Platform", "{ viewer { nothing } }", {}, "BAD_USER_INPUT"),
        ("Platform", USERS, {"first": 1}, "BAD_USER_INPUT"),
        ("Platform", USERS, {"first": "x", "id": SOMEBODY}, "BAD_USER_INPUT"),
        ("Platform", USERS, {"first": 2**40, "id": SOMEBODY}, "BAD_USER_INPUT"),
        ("Platform", USERS, {"first": 0, "id": SOMEBODY}, "BAD_USER_INPUT"),
        ("Platform", FILTERED, {"filter": 1}, "BAD_USER_INPUT"),
        ("Platform", FILTERED, {"filter": {"x": 1}}, "BAD_USER_INPUT"),
        ("Platform", "query ($a: String) { users(after: $a) { totalCount } }", {"a": "x"}, "BAD_USER_INPUT"),
        (None, USERS, {"id": SOMEBODY}, "UNAUTHENTICATED"),
        ("Platform", DISABLE, {"id": SOMEBODY}, "NOT_FOUND"),
        ("Viewer", ADD_ROLE, {}, "FORBIDDEN"),
        ("Viewer", "{ auditEvents { nodes { id } } }", {}, "FORBIDDEN"),
    ],
)
async def test_a_mistake_of_a_client_leaves_no_trace(
    role: str | None, document: str, variables: dict[str, Any], code: str, served: Served
) -> None:
    ask = await served.client(role)
    served.logged()
    for _ in range(3):
        assert code in json.dumps((await ask(document, **variables)).body)
    lines = served.logged()
    assert {line["event"] for line in lines} <= {"graphql.odd"}
    assert [line for line in lines if "exception" in line or "Traceback" in json.dumps(line)] == []
