"""Which pages of other origins may call, and read what they are answered."""

import pytest

from schema.execution.documents import Prepared
from schema.execution.engine import Engine
from server.answers import JSON
from tests.server.test_graphql_http import send

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
