"""CPU of the thread that serves requests, and a platform of which much can be asked."""

import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from models.audit_event import AuditEvent
from models.role import Permission, Role
from models.session import Session
from models.user import User
from schema.context import Context, Tools
from schema.execution.engine import Engine
from server.answers import encoded
from server.avatars import avatar_urls
from services.actor import Actor, Origin
from services.roles import MOST_ROLES
from services.sessions import MOST_SESSIONS
from tests.conftest import T0
from tests.world import World

SECONDS = 0.25
USERS, EVENTS = 110, 400
USES = 3
"""At the second use a query is compiled; where a compiled one turns out odd, it has been executed in vain."""

Body = dict[str, Any]


async def crowd(world: World) -> User:
    """A platform whose lists are as long as the largest pages, everybody with alerts, sessions and a history."""
    platform = await world.platform(mfa_required=True)
    admin = await world.admin(platform)
    facts = {"last_login_at": T0 - timedelta(days=300), "locked_at": T0, "failed_sign_ins": 9}
    users = [
        admin,
        *[
            await world.user(platform, f"F{n}", f"L{n}", invited=n % 3 == 0, **({} if n % 3 == 0 else facts))
            for n in range(USERS)
        ],
    ]
    await _sessions(users[:20])
    await _roles(admin)
    await _history(admin, users[:20])
    return admin


async def _sessions(users: list[User]) -> None:
    """As many as each may have."""
    await Session.bulk_create(
        Session(id=uuid4(), user_id=user.id, token_hash=uuid4().hex, created_at=T0, last_seen_at=T0)
        for user in users
        for _ in range(MOST_SESSIONS)
    )


async def _roles(admin: User) -> None:
    """As many as a platform may have, each with all permissions."""
    names = [
        f"Role {number}" for number in range(MOST_ROLES - await Role.filter(platform_id=admin.platform_id).count())
    ]
    await Role.bulk_create(
        Role(
            id=uuid4(),
            platform_id=admin.platform_id,
            name=name,
            name_key=name,
            permissions=list(Permission),
            created_at=T0,
        )
        for name in names
    )


async def _history(admin: User, targets: list[User]) -> None:
    change = {"field": "lastName", "before": "a", "after": "b"}
    await AuditEvent.bulk_create(
        AuditEvent(
            id=uuid4(),
            at=T0 - timedelta(seconds=number),
            type="user.edited",
            platform_id=admin.platform_id,
            actor_id=admin.id,
            actor_name="Grace Hopper",
            target_id=targets[number % len(targets)].id,
            changes=[change, change],
        )
        for number in range(EVENTS)
    )


async def used(engine: Engine, source: str, variables: Body, world: World, actor: Actor | None) -> tuple[float, Body]:
    """CPU of the thread that serves requests, to the last byte of the answer; and the answer.

    Passwords are hashed in threads of their own, and a database's work is its own.
    """
    tools = Tools(world.hasher, world.vault, avatar_urls("initials", "http://rollcall.test"))
    context = Context(origin=Origin(), now=T0, tools=tools, actor=actor)
    started = time.thread_time()
    answer = await engine.answer(await engine.prepared(source), variables, None, context)
    encoded(answer.body)
    return time.thread_time() - started, answer.body


async def dearest_use(source: str, variables: Body, world: World, actor: Actor | None) -> tuple[float, Body]:
    """Of the first uses of a query that nobody has sent before, each the cheaper one of two tries; and the answer."""
    tries = []
    for _ in range(2):
        engine = Engine()
        uses = [await used(engine, source, variables, world, actor) for _ in range(USES)]
        tries.append([seconds for seconds, _ in uses])
    return max(map(min, *tries)), uses[-1][1]


async def too_slow(
    costly: Iterable[tuple[str, int]], variables: Body, world: World, actor: Actor
) -> tuple[list[Any], int]:
    """Those of these queries that take longer than SECONDS, with time and cost; and how many errors all make."""
    slow, errors = [], 0
    for source, cost in costly:
        seconds, body = await dearest_use(source, variables, world, actor)
        assert "data" in body, body
        errors += len(body.get("errors", ()))
        if seconds > SECONDS:
            slow.append((round(seconds, 3), cost, source))
    return slow, errors
