"""GraphQL over HTTP: what is no such request gets a JSON answer with `errors`, whatever it is."""

import json
from typing import Any

import httpx2
import pytest

from schema.context import Tools
from server.app import application
from server.graphql_http import GraphQLHttp
from server.origins import Origins
from server.settings import Settings
from services.clock import system_clock
from services.passwords import Hasher
from services.vault import Vault
from tests.world import KEY

pytestmark = pytest.mark.anyio

JSON, GRAPHQL_JSON = "application/json", "application/graphql-response+json"
BODY = b'{"query": "{ __typename }"}'
LARGEST = 100_000


async def send(method: str = "POST", body: Any = BODY, *, path: str = "/graphql", **given: Any) -> httpx2.Response:
    """To a server without a database. Keywords in capitals are settings; `headers` replace the usual content type."""
    headers, engine = given.pop("headers", {"Content-Type": JSON}), given.pop("engine", None)
    operating = given.pop("operating", None)
    settings = Settings.read(_env_file=None, database_url="sqlite:///unused", secret_key=KEY, **given)
    tools = Tools(Hasher(), Vault([KEY]), lambda user, size: None)
    app = application(settings, GraphQLHttp(tools, system_clock, Origins([]), engine), operating=operating)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://rollcall.test") as http:
        answer = await http.request(method, path, content=body, headers=headers)
    tools.hasher.close()
    return answer


def only_error(answer: httpx2.Response) -> tuple[str, str]:
    [error] = answer.json()["errors"]
    assert answer.json().keys() == {"errors"}
    return error["message"], error["extensions"]["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"1",
        b'"x"',
        b"null",
        b"true",
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"{",
        b"{}",
        b"\xff\xfe",
        b'{"query": "\xc3\x28"}',
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf" * 2 + BODY,
        BODY.decode().encode("utf-16"),
        b"[" * 90_000,
        b'{"query": ' * 9_000,
        b"9" * 5000,
        b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 5000 + b"}}",
        b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        b'{"query": "{ __typename }", "variables": {"a": 1e400}}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "extensions": 1}',
        b'{"query": 1}',
        b'{"query": null}',
    ],
)
async def test_a_malformed_body_is_a_bad_request_in_json(body: bytes) -> None:
    answer = await send(body=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert only_error(answer)[1] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "xapplication/jsonx",
        "application/jsonp",
        "application/json5",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin1",
        "application/json; charset=utf-16",
        "application/json, text/plain",
    ],
)
async def test_any_other_content_type_is_unsupported(content_type: str | None) -> None:
    answer = await send(headers={} if content_type is None else {"Content-Type": content_type})
    assert answer.status_code == 415
    assert only_error(answer) == ("The content type must be application/json in UTF-8.", "BAD_USER_INPUT")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not JSON."),
        (b"{", "The body is not JSON."),
        (b'{"query": NaN}', "The body is not JSON."),
        (b'"x"', "The body must be a JSON object."),
        (b"[" + BODY + b"]", "Batches are not taken: the body must be one JSON object."),
        (b"{}", "`query` is missing."),
        (b'{"query": null}', "`query` is missing."),
        (b'{"query": 1}', "`query` must be a string."),
        (b'{"a": 1e400}', "The body has a number that is too large."),
        (b'{"a": %s}' % (b"1" * 5000), "The body has a number that is too large."),
        (b"[" * 50_000, "The body has too many levels of brackets."),
    ],
    ids=lambda value: value[:40] if isinstance(value, bytes) else None,
)
async def test_what_is_wrong_with_a_body_is_named(body: bytes, message: str) -> None:
    answer = await send(body=body)
    assert (answer.status_code, only_error(answer)[0]) == (400, message)


async def test_accept_may_have_several_lines() -> None:
    answer = await send(headers=[("Content-Type", JSON), ("Accept", "text/html"), ("Accept", GRAPHQL_JSON)])
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{GRAPHQL_JSON}; charset=utf-8")


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", 'APPLICATION/JSON;charset="utf-8"'])
async def test_letter_case_and_the_charset_parameter_do_not_matter(content_type: str) -> None:
    assert (await send(headers={"Content-Type": content_type})).status_code == 200


async def in_chunks(size: int) -> Any:
    yield BODY
    yield b" " * (size - len(BODY))


@pytest.mark.parametrize("body", [lambda: BODY.ljust(LARGEST), lambda: in_chunks(LARGEST)], ids=["whole", "chunked"])
async def test_a_body_of_a_hundred_kilobytes_is_taken(body: Any) -> None:
    assert (await send(body=body())).status_code == 200


@pytest.mark.parametrize(
    "body", [lambda: BODY.ljust(LARGEST + 1), lambda: in_chunks(LARGEST + 1)], ids=["whole", "chunked"]
)
async def test_one_byte_more_is_too_large(body: Any) -> None:
    answer = await send(body=body())
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert only_error(answer) == ("The body must not be larger than 100000 bytes.", "BAD_USER_INPUT")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON}", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0.5, {JSON};q=0.9", JSON),
        (f"{GRAPHQL_JSON};q=0.9, */*;q=0.1", GRAPHQL_JSON),
        (f"*/*, {GRAPHQL_JSON};q=0.1", JSON),
        (f"{JSON};q=0, */*", GRAPHQL_JSON),
        (f"text/html, {JSON};q=0.1", JSON),
        (f"{JSON};charset=utf-8", JSON),
        ("text/html", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=nonsense", None),
        (f"{JSON};charset=latin1", None),
        ("application/xml, image/*", None),
        ("x/y," * 300 + JSON, None),
    ],
)
async def test_the_media_type_is_the_one_that_the_client_likes_best(accept: str | None, media_type: str | None) -> None:
    answer = await send(
        headers={"Content-Type": JSON, "Accept": accept} if accept is not None else {"Content-Type": JSON, "Accept": ""}
    )
    assert answer.status_code == (200 if media_type else 406)
    assert answer.headers["content-type"] == f"{media_type or JSON}; charset=utf-8"


@pytest.mark.parametrize(("media_type", "status"), [(JSON, 200), (GRAPHQL_JSON, 400)])
@pytest.mark.parametrize("query", ["{", "{ nothing }", "query A { __typename } query B { __typename }", ""])
async def test_what_is_not_executed_has_no_data_and_a_status_where_clients_know_it(
    query: str, media_type: str, status: int
) -> None:
    answer = await send(
        body=json.dumps({"query": query}).encode(), headers={"Content-Type": JSON, "Accept": media_type}
    )
    assert answer.status_code == status
    assert only_error(answer)[1] == "BAD_USER_INPUT"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "SEARCH"])
async def test_other_methods_are_not_allowed(method: str) -> None:
    answer = await send(method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert only_error(answer) == ("Send GraphQL operations with POST.", "METHOD_NOT_ALLOWED")


async def test_get_executes_nothing() -> None:
    answer = await send("GET", b"", path="/graphql?query={__typename}", headers={"Accept": JSON})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert only_error(answer)[0] == "Send GraphQL operations with POST."


async def test_head_and_options_are_answered_without_a_body() -> None:
    head, options = await send("HEAD", b"", headers={"Accept": "text/html"}), await send("OPTIONS", b"")
    assert (head.status_code in (200, 503), head.content) == (True, b"")
    assert (options.status_code, options.headers["allow"], options.content) == (204, "GET, HEAD, OPTIONS, POST", b"")


async def test_graphiql_is_no_method_where_it_is_switched_off() -> None:
    browser = {"Accept": "text/html"}
    assert (await send("GET", b"", headers=browser, graphiql=False)).status_code == 405
    assert (await send("PUT", graphiql=False)).headers["allow"] == "OPTIONS, POST"
    assert (await send("GET", b"", path="/graphiql/page/boot.js", graphiql=False)).status_code == 404


async def test_a_path_that_does_not_exist_is_answered_in_json() -> None:
    assert only_error(await send("GET", b"", path="/nothing")) == ("Not Found", "BAD_USER_INPUT")


@pytest.mark.parametrize("path", ["/graphql", "/nothing", "/livez"])
async def test_every_answer_has_the_security_headers(path: str) -> None:
    headers = (await send("POST", path=path)).headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in headers
    assert len(headers["x-request-id"]) == 32


async def test_browsers_are_held_to_https_where_the_public_url_is_https() -> None:
    answer = await send(public_url="https://users.example.org")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_a_slash_too_many_does_no_harm() -> None:
    assert (await send(path="/graphql/")).json()["data"] == {"__typename": "Query"}
