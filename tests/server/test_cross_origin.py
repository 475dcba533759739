"""Which pages of other origins may call, and read what they are answered."""

from typing import Any

import httpx2
import pytest

from schema.execution.documents import Prepared
from schema.execution.engine import Engine
from server.answers import JSON
from server.settings import BadSettings
from tests.server.test_graphql_http import only_error, send

pytestmark = pytest.mark.anyio

PREFLIGHT = {
    "Origin": "https://app.example.org",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


async def test_no_other_origin_may_call_unless_it_is_listed() -> None:
    assert not any(
        name.startswith("access-control") for name in (await send("OPTIONS", b"", headers=PREFLIGHT)).headers
    )
    foreign = await send("OPTIONS", b"", headers=PREFLIGHT, cors_origins="https://other.example.org")
    assert "access-control-allow-origin" not in foreign.headers


async def test_a_listed_origin_may_call_with_a_token_and_without_cookies() -> None:
    listed = "https://other.example.org, https://app.example.org"
    preflight = await send("OPTIONS", b"", headers=PREFLIGHT, cors_origins=listed)
    answer = await send(headers={"Content-Type": JSON, "Origin": PREFLIGHT["Origin"]}, cors_origins=listed)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-methods"] == "POST"
    assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
    for each in (preflight, answer):
        assert each.headers["access-control-allow-origin"] == "https://app.example.org"
        assert each.headers["vary"].startswith("Origin")
        assert "access-control-allow-credentials" not in each.headers


async def test_a_listed_origin_may_read_why_it_is_not_answered() -> None:
    class Broken(Engine):
        async def prepared(self, source: str, origin: str | None = None) -> Prepared:
            raise ZeroDivisionError

    headers = {"Content-Type": JSON, "Origin": PREFLIGHT["Origin"]}
    answer = await send(headers=headers, engine=Broken(), cors_origins="https://app.example.org")
    assert answer.status_code == 500
    assert answer.headers["access-control-allow-origin"] == "https://app.example.org"


APP = PREFLIGHT["Origin"]


async def preflight(
    headers: str | None = None, *, method: str = "POST", origin: str = APP, **given: Any
) -> httpx2.Response:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    asked |= {} if headers is None else {"Access-Control-Request-Headers": headers}
    return await send("OPTIONS", b"", headers=asked | given.pop("more", {}), **{"cors_origins": APP} | given)


@pytest.mark.parametrize(
    "headers",
    [
        None,
        "",
        "authorization,content-type,x-request-id",
        "traceparent,tracestate,baggage",
        "Traceparent, TRACESTATE\t,, baggage ,",
        "accept, accept-language",
    ],
)
async def test_pages_may_send_tokens_and_the_headers_of_traces(headers: str | None) -> None:
    answer = await preflight(headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == APP
    assert set(answer.headers["access-control-allow-headers"].lower().split(", ")) == {
        "accept", "accept-language", "authorization", "baggage", "content-language", "content-type", "traceparent",
        "tracestate", "x-request-id",
    }  # fmt: skip
    assert answer.headers["access-control-max-age"] == "600"


async def test_a_setting_allows_more_headers() -> None:
    more = "X-Client-Version, sentry-trace"
    answer = await preflight("x-client-version,SENTRY-TRACE,traceparent", cors_headers=more)
    assert answer.status_code == 200
    assert {"X-Client-Version", "sentry-trace"} <= set(answer.headers["access-control-allow-headers"].split(", "))
    assert (await preflight("x-client-version")).status_code == 400
    assert "access-control-allow-headers" not in (await preflight(cors_origins="", cors_headers=more)).headers


@pytest.mark.parametrize("names", ["*", "X-A,*", "X A", "X-A:", "X-Ä", '"X-A"', "X-A;X-B"])
async def test_the_setting_takes_names_of_headers_only(names: str) -> None:
    with pytest.raises(BadSettings, match=r"^ROLLCALL_CORS_HEADERS is wrong: must be names of headers such as X-C"):
        await preflight(cors_headers=names)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"origin": "https://evil.example"}, "The origin https://evil.example is not allowed."),
        ({"origin": "null"}, "The origin null is not allowed."),
        ({"method": "PUT"}, "The method PUT is not allowed."),
        ({"method": "GET"}, "The method GET is not allowed."),
        ({"headers": "authorization,x-a, X-B"}, "The header x-a is not allowed. The header X-B is not allowed."),
        ({"headers": "x" * 500}, f"The header {'x' * 100} is not allowed."),
        ({"headers": "x,"*500}, " ".join(["The header x is not allowed."] * 10)),
        (
            {"headers": "x-a", "method": "PUT", "origin": "null"},
            "The origin null is not allowed. The method PUT is not allowed. The header x-a is not allowed.",
        ),
        (
            {"more": {"Access-Control-Request-Private-Network": "true"}},
            "Access from a public page to a private network is not allowed.",
        ),
    ],
)  # fmt: skip
async def test_a_refused_preflight_says_what_is_not_allowed(asked: Any, message: str) -> None:
    answer = await preflight(**asked)
    assert answer.status_code == 400
    assert only_error(answer) == (message, "BAD_USER_INPUT")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["vary"].startswith("Origin, Access-Control-Request-Method")
    assert answer.headers.get("access-control-allow-origin") == (APP if asked.get("origin", APP) == APP else None)


@pytest.mark.parametrize("path", ["/graphql", "/graphql/"])
async def test_a_preflight_is_refused_in_words_where_no_origin_is_listed(path: str) -> None:
    answer = await preflight(path=path, cors_origins="")
    assert answer.status_code == 400
    assert only_error(answer) == (f"The origin {APP} is not allowed.", "BAD_USER_INPUT")
    assert not any(name.startswith("access-control") for name in answer.headers)
