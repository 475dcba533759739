"""Sessions: their limits, who sees and ends them, and everything that ends them at once, in every worker."""

import pytest

from models.session import Session
from models.unavailable import DatabaseUnavailable
from schema.ids import global_id
from services.actor import Origin
from services.housekeeping import tidy_up
from services.sessions import MOST_SESSIONS, start_session
from services.tokens import token_hash
from tests.conftest import StandingClock
from tests.schema.account.documents import (
    REVOKE_SESSION,
    SESSIONS,
    VIEWER,
    alive,
    codes,
    do,
    on_user,
    sign_in,
)
from tests.world import World, role_id, user_id

pytestmark = pytest.mark.anyio


async def session_id(token: str) -> str:
    return global_id("Session", (await Session.get(token_hash=token_hash(token))).id)


async def test_a_session_ends_after_an_idle_hour(world: World, clock: StandingClock) -> None:
    token = await world.session(await world.user(await world.platform()))
    for _ in range(3):
        clock.advance(minutes=60, seconds=-1)
        assert await alive(world, token)
    clock.advance(minutes=60)
    assert not await alive(world, token)


async def test_a_session_ends_after_24_hours_however_busy(world: World, clock: StandingClock) -> None:
    token = await world.session(await world.user(await world.platform()))
    for _ in range(47):
        clock.advance(minutes=30)
        assert await alive(world, token)
    clock.advance(minutes=30, seconds=-1)
    assert await alive(world, token)
    clock.advance(seconds=1)
    assert not await alive(world, token)
    await tidy_up(clock.now)
    assert await Session.all().count() == 0


async def test_the_policy_sets_both_limits(world: World, clock: StandingClock) -> None:
    platform = await world.platform(session_idle_minutes=5, session_hours=1)
    ada = await world.user(platform)
    assert (await sign_in(world, ada))["session"]["expiresAt"] == "2026-11-22T12:05:00Z"
    token = await world.session(ada)
    clock.advance(minutes=5)
    assert not await alive(world, token)


async def test_one_sees_ones_own_live_sessions_newest_first(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    await world.session(ada)
    clock.advance(minutes=30)
    older = await world.session(ada)
    clock.advance(minutes=30)
    ask = await world.client(ada)
    shown = (await ask(SESSIONS)).data["viewer"]["sessions"]
    assert [session["id"] for session in shown] == [await session_id(ask.token or ""), await session_id(older)]
    assert [session["current"] for session in shown] == [True, False]


async def test_one_ends_ones_own_session_and_nobody_elses(world: World) -> None:
    platform = await world.platform()
    ada, bob = await world.user(platform), await world.user(platform, "Bob", "Babbage")
    ask, mine, his = await world.client(ada), await world.session(ada), await world.session(bob)
    assert codes(await do(ask, REVOKE_SESSION, id=await session_id(mine))) == []
    assert not await alive(world, mine)
    assert codes(await do(ask, REVOKE_SESSION, id=await session_id(his))) == ["FORBIDDEN"]
    assert await alive(world, his)
    other = await world.session(await world.user(await world.platform("Other")))
    assert codes(await do(ask, REVOKE_SESSION, id=await session_id(other))) == ["NOT_FOUND"]
    assert await alive(world, other)


@pytest.mark.parametrize("ends", ["disableUser", "deleteUser", "revokeUserSessions", "resetUserMfa"])
async def test_what_an_administrator_does_ends_sessions_in_every_worker_at_once(
    world: World, clock: StandingClock, ends: str
) -> None:
    platform = await world.platform()
    ada, admin = await world.user(platform, totp_confirmed_at=clock.now), await world.admin(platform)
    token, other = await world.session(ada), World(clock, vault=world.vault)
    assert await alive(other, token)
    shown = "errors { code }" if ends == "deleteUser" else "user { id } errors { code }"
    document = f"mutation ($id: ID!) {{ done: {ends}(input: {{id: $id}}) {{ {shown} }} }}"
    assert codes(await do(await world.client(admin), document, id=user_id(ada))) == []
    assert not await alive(other, token)
    assert not await alive(world, token)
    other.hasher.close()


async def test_enabling_brings_no_session_back(world: World) -> None:
    platform = await world.platform()
    ada, admin = await world.user(platform), await world.client(await world.admin(platform))
    token = await world.session(ada)
    for mutation in ("disableUser", "enableUser"):
        assert codes(await do(admin, on_user(mutation), id=user_id(ada))) == []
    assert not await alive(world, token)


async def test_a_new_role_counts_from_the_next_request(world: World) -> None:
    platform = await world.platform()
    ada, admin = await world.admin(platform), await world.client(await world.admin(platform))
    ask = await world.client(ada)
    assert (await ask("{ users { totalCount } }")).data["users"]["totalCount"] == 2
    viewer = await world.role(platform, "Viewer")
    change = on_user("changeUserRole", f'roleId: "{role_id(viewer)}"')
    assert codes(await do(admin, change, id=user_id(ada))) == []
    assert codes(await do(ask, on_user("unlockUser"), id=user_id(ada))) == ["FORBIDDEN"]
    assert (await ask(VIEWER)).data["viewer"]


async def test_the_browser_and_the_address_are_kept_at_sign_in(world: World) -> None:
    ada = await world.user(await world.platform())
    ask = await world.client()
    document = f"""mutation {{ signIn(input: {{email: "{ada.email}", password: "correct horse battery staple"}})
      {{ errors {{ code }} }} }}"""
    response = await ask.post({"query": document}, **{"User-Agent": "x" * 400})
    assert response.json()["data"]["signIn"] == {"errors": []}
    session = await Session.get()
    assert (session.user_agent, session.ip_address) == ("x" * 300, "127.0.0.1")


async def test_who_reads_does_not_wait_for_who_writes(
    world: World, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    before = (await Session.get()).last_seen_at
    assert (await ask("{ viewer { id } }")).data == {"viewer": {"id": user_id(admin)}}
    clock.advance(minutes=2)

    class Busy:
        async def update(self, **_: object) -> None:
            raise DatabaseUnavailable("busy")

    monkeypatch.setattr(Session, "filter", lambda **_: Busy())
    assert (await ask("{ viewer { id } }")).data == {"viewer": {"id": user_id(admin)}}
    monkeypatch.undo()
    assert (await Session.get()).last_seen_at == before


async def test_one_session_too_many_ends_the_one_used_longest_ago(world: World, clock: StandingClock) -> None:
    user = await world.user(await world.platform())
    tokens = []
    for _ in range(MOST_SESSIONS):
        tokens.append((await start_session(user, Origin(), clock.now)).token)
        clock.advance(minutes=1)
    assert await alive(world, tokens[0])
    await start_session(user, Origin(), clock.now)
    assert not await alive(world, tokens[1])
    assert all([await alive(world, token) for token in (tokens[0], *tokens[2:])])
    assert await Session.filter(user_id=user.id).count() == MOST_SESSIONS
    assert await world.events() == ["session.ended"]
