"""What is set in the environment reaches what the server does: one row a setting, and what it makes different."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.app import create_app
from server.settings import BadSettings, Settings
from tests.world import KEY, PASSWORD, World

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("logs_as_before")]

TYPENAME, TYPES = "{ __typename }", "{ __schema { queryType { name } } }"
LISTED = sha256(TYPES.encode()).hexdigest()
USERS = "{ users(first: 100) { nodes { id } } }"
SIGN_IN = """mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) {
    session { user { sessions { current ipAddress } } }
    errors { code }
  }
}"""
EMAIL, APP, CLIENT, OF_FORWARDED = "ada@example.org", "https://app.example.org", "198.51.100.7", "2001:db8::1"
PROXIED = {"X-Forwarded-For": CLIENT, "Forwarded": f'for="[{OF_FORWARDED}]:4711"'}

Http = httpx2.AsyncClient
Ask = Callable[[Http], Awaitable[Any]]


async def posted(http: Http, query: str, variables: Any = None, **headers: str) -> httpx2.Response:
    return await http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


def code_of(query: str) -> Ask:
    """The code with which the query is refused; None: it is answered."""

    async def ask(http: Http) -> Any:
        body = (await posted(http, query)).json()
        return body["errors"][0]["extensions"]["code"] if "errors" in body else None

    return ask


def status_of(path: str) -> Ask:
    async def ask(http: Http) -> int:
        return (await http.get(path)).status_code

    return ask


async def who_may_read_an_answer(http: Http) -> str | None:
    return (await posted(http, TYPENAME, Origin=APP)).headers.get("access-control-allow-origin")


async def which_header_a_page_may_send(http: Http) -> int:
    """The status of a preflight for one that is allowed only by the setting."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-client-version"}
    return (await http.options("/graphql", headers=asked | {"Origin": APP})).status_code


async def what_a_browser_gets(http: Http) -> str:
    return (await http.get("/graphql", headers={"Accept": "text/html"})).headers["content-type"].partition(";")[0]


async def whether_https_is_insisted_on(http: Http) -> bool:
    return "strict-transport-security" in (await posted(http, TYPENAME)).headers


async def signed_in(http: Http, password: str) -> Any:
    answer = await posted(http, SIGN_IN, {"email": EMAIL, "password": password}, **PROXIED)
    return answer.json()["data"]["signIn"]


async def where_a_session_comes_from(http: Http) -> str:
    sessions = (await signed_in(http, PASSWORD))["session"]["user"]["sessions"]
    [address] = [session["ipAddress"] for session in sessions if session["current"]]
    return str(address)


async def how_the_second_wrong_guess_is_refused(http: Http) -> str:
    await signed_in(http, "wrong")
    [error] = (await signed_in(http, "wrong"))["errors"]
    return str(error["code"])


async def what_is_wrong_with_a_local_address(http: Http) -> list[str]:
    sign_in = f'mutation {{ signIn(input: {{email: "{EMAIL}", password: "{PASSWORD}"}}) {{ session {{ token }} }} }}'
    token = (await posted(http, sign_in)).json()["data"]["signIn"]["session"]["token"]
    signed_in = {"Authorization": f"Bearer {token}"}
    roles = (await posted(http, "{ roles { id } }", **signed_in)).json()["data"]["roles"]
    new = {"firstName": "Bea", "lastName": "Berg", "email": "bea@corp.local", "roleId": roles[0]["id"]}
    add = "mutation ($input: AddUserInput!) { addUser(input: $input) { errors { code } } }"
    payload = (await posted(http, add, {"input": new}, **signed_in)).json()["data"]["addUser"]
    return [error["code"] for error in payload["errors"]]


TABLE: list[tuple[str, str, Ask, Any, Any]] = [
    ("TRUSTED_DOCUMENTS", "trusted", code_of(TYPENAME), None, "BAD_USER_INPUT"),
    ("COST_LIMIT", "10", code_of(USERS), "UNAUTHENTICATED", "QUERY_TOO_COMPLEX"),
    ("INTROSPECTION", "public", code_of(TYPES), "UNAUTHENTICATED", None),
    ("INTROSPECTION", "off", code_of(TYPES), "UNAUTHENTICATED", "BAD_USER_INPUT"),
    ("CORS_ORIGINS", APP, who_may_read_an_answer, None, APP),
    ("CORS_HEADERS", "X-Client-Version", which_header_a_page_may_send, 400, 200),
    ("GRAPHIQL", "false", what_a_browser_gets, "text/html", "application/json"),
    ("GET_QUERIES", "true", status_of("/graphql?query={__typename}"), 405, 200),
    ("METRICS_PORT", "9100", status_of("/metrics"), 200, 404),
    ("TRUSTED_PROXIES", "127.0.0.0/8", where_a_session_comes_from, "127.0.0.1", CLIENT),
    ("CLIENT_IP_HEADER", "forwarded", where_a_session_comes_from, CLIENT, OF_FORWARDED),
    ("SIGN_IN_FAILURES", "1", how_the_second_wrong_guess_is_refused, "INVALID_CREDENTIALS", "RATE_LIMITED"),
    ("ALLOWED_SPECIAL_DOMAINS", "test, local", what_is_wrong_with_a_local_address, ["INVALID"], []),
    ("PUBLIC_URL", APP, whether_https_is_insisted_on, False, True),
]

NEEDED = {"CLIENT_IP_HEADER": {"TRUSTED_PROXIES": "127.0.0.0/8"}, "CORS_HEADERS": {"CORS_ORIGINS": APP}}
"""Settings without which another one makes no difference."""


async def seen(ask: Ask, world: World) -> Any:
    """As a server answers that was made from the environment; the database is the test's own."""
    app = create_app(clock=world.clock)
    async with Http(transport=httpx2.ASGITransport(app), base_url="http://rollcall.test") as http:
        return await ask(http)


@pytest.mark.parametrize(("setting", "value", "ask", "unset", "changed"), TABLE)
async def test_a_setting_reaches_what_it_is_about(
    setting: str, value: str, ask: Ask, unset: Any, changed: Any, world: World, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await world.user(await world.platform(), email=EMAIL, role="Platform")
    (tmp_path / "trusted").write_text(LISTED)
    monkeypatch.chdir(tmp_path)
    for name, _, *_ in TABLE:
        monkeypatch.delenv(f"ROLLCALL_{name}", raising=False)
    monkeypatch.setenv("ROLLCALL_DATABASE_URL", "sqlite:///unused")
    monkeypatch.setenv("ROLLCALL_SECRET_KEY", KEY)
    for name, needed in NEEDED.get(setting, {}).items():
        monkeypatch.setenv(f"ROLLCALL_{name}", needed)
    before = await seen(ask, world)
    monkeypatch.setenv(f"ROLLCALL_{setting}", value)
    assert (before, await seen(ask, world)) == (unset, changed)


def test_no_other_header_can_name_the_client() -> None:
    with pytest.raises(BadSettings, match="^ROLLCALL_CLIENT_IP_HEADER is wrong: .*'X-Forwarded-For' or 'Forwarded'"):
        Settings.read(_env_file=None, database_url="sqlite:///unused", secret_key=KEY, client_ip_header="X-Real-IP")
