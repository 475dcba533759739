"""Behind a trusted proxy, sessions, the audit trail and the limit on guesses go by each client's own address."""

from ipaddress import ip_network

import httpx2
import pytest
from starlette.applications import Starlette

from models.audit_event import AuditEvent
from models.session import Session
from schema.context import Tools
from server.app import application
from server.forwarded import ClientIPHeader
from server.graphql_http import GraphQLHttp
from server.origins import Origins
from server.settings import Settings
from services.origin_limits import OriginLimit
from tests.world import KEY, PASSWORD, World

pytestmark = pytest.mark.anyio

PROXY = "10.0.0.1"
SIGN_IN = """mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { session { token } errors { code } }
}"""
SPELLINGS: list[tuple[ClientIPHeader, str, str]] = [
    ("X-Forwarded-For", "203.0.113.7:51234", "203.0.113.7"),
    ("X-Forwarded-For", "[2001:db8::1]:443", "2001:db8::1"),
    ("X-Forwarded-For", "::ffff:203.0.113.7", "203.0.113.7"),
    ("Forwarded", 'for="[2001:db8::1]:4711";proto=https', "2001:db8::1"),
    ("Forwarded", "For=203.0.113.7", "203.0.113.7"),
]


def behind_a_proxy(world: World, header: ClientIPHeader) -> Starlette:
    settings = Settings.read(database_url="sqlite:///unused", secret_key=KEY, _env_file=None)
    tools = Tools(world.hasher, world.vault, lambda user, size: None, origin_limit=OriginLimit(failures=5))
    origins = Origins([ip_network("10.0.0.0/8")], header)
    return application(settings, GraphQLHttp(tools, world.clock, origins, world.engine))


async def sign_in(app: Starlette, email: str, password: str, **headers: str) -> list[str]:
    """The codes of the payload's errors."""
    transport = httpx2.ASGITransport(app, client=(PROXY, 4711))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        body = {"query": SIGN_IN, "variables": {"email": email, "password": password}}
        answer = (await http.post("/graphql", json=body, headers=headers)).json()
    return [error["code"] for error in answer["data"]["signIn"]["errors"]]


@pytest.mark.parametrize(("header", "written", "client"), SPELLINGS)
async def test_sessions_and_the_audit_trail_have_the_address_of_the_client(
    world: World, header: ClientIPHeader, written: str, client: str
) -> None:
    user = await world.user(await world.platform(), email="ada@example.org")
    assert await sign_in(behind_a_proxy(world, header), "ada@example.org", PASSWORD, **{header: written}) == []
    assert [session.ip_address for session in await Session.filter(user_id=user.id)] == [client]
    assert {event.ip_address for event in await AuditEvent.filter(actor_id=user.id)} == {client}


@pytest.mark.parametrize(("header", "written", "client"), SPELLINGS)
async def test_one_guesser_uses_up_nobody_elses_guesses(
    world: World, header: ClientIPHeader, written: str, client: str
) -> None:
    await world.user(await world.platform(), email="ada@example.org")
    app = behind_a_proxy(world, header)
    guesses = [await sign_in(app, f"nobody{n}@example.org", "wrong", **{header: written}) for n in range(5)]
    assert guesses == [["INVALID_CREDENTIALS"]] * 5
    assert await sign_in(app, "ada@example.org", PASSWORD, **{header: written}) == ["RATE_LIMITED"]
    other = "for=198.51.100.9" if header == "Forwarded" else "198.51.100.9:80"
    assert await sign_in(app, "ada@example.org", PASSWORD, **{header: other}) == []
