"""The work of the thread that serves requests, counted, and a platform of which much can be asked."""

from collections.abc import Iterable
from cProfile import Profile
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from models.audit_event import AuditEvent
from models.role import Permission, Role
from models.session import Session
from models.user import User
from schema.context import Context, Tools
from schema.execution.engine import Engine
from schema.execution.rules import COST_LIMIT
from server.answers import encoded
from server.avatars import avatar_urls
from services.actor import Actor, Origin
from services.roles import MOST_ROLES
from services.sessions import MOST_SESSIONS
from tests.conftest import T0
from tests.reference_work import measured
from tests.statements import statements
from tests.world import World

MOST_PIECES = 120.0
"""Pieces of reference work that a use may take; the dearest one takes forty, and one that scans anew hundreds."""

TRIES = 2
USERS, EVENTS = 110, 400
USES = 3
"""At the second use a query is compiled; where a compiled one turns out odd, it has been executed in vain."""

Body = dict[str, Any]


@dataclass(frozen=True)
class Work:
    """Function calls, of Python's and of C's functions alike, and statements sent to the database."""

    calls: int
    statements: int

    def within(self, most: "Work") -> bool:
        return self.calls <= most.calls and self.statements <= most.statements


MOST = Work(calls=1_250_000, statements=2 * COST_LIMIT // 250)
"""What one use may do. So many calls take a quarter of a second where one takes a fifth of a microsecond.

A statement costs 250 points, and those of a compiled query that is executed anew are sent twice.
"""


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


async def used(engine: Engine, source: str, variables: Body, world: World, actor: Actor | None) -> Body:
    """The body of the answer, encoded to the last byte as for a client."""
    tools = Tools(world.hasher, world.vault, avatar_urls("initials", "http://rollcall.test"))
    context = Context(origin=Origin(), now=T0, tools=tools, actor=actor)
    answer = await engine.answer(await engine.prepared(source), variables, None, context)
    encoded(answer.body)
    return answer.body


async def counted(engine: Engine, source: str, variables: Body, world: World, actor: Actor | None) -> tuple[Work, Body]:
    """The work of one use in this thread, and the body of the answer. Threads that hash and databases work unseen."""
    profiler = Profile()
    with statements() as sent:
        profiler.enable()
        try:
            body = await used(engine, source, variables, world, actor)
        finally:
            profiler.disable()
    return Work(sum(entry.callcount for entry in profiler.getstats()), len(sent)), body


async def dearest_use(source: str, variables: Body, world: World, actor: Actor | None) -> tuple[Work, Body]:
    """Of the first uses of a query that nobody has sent before: the most work, and the last answer."""
    engine, uses = Engine(), []
    for _ in range(USES):
        work, body = await counted(engine, source, variables, world, actor)
        uses.append(work)
    return Work(max(work.calls for work in uses), max(work.statements for work in uses)), body


async def dearest_use_in_pieces(source: str, variables: Body, world: World, actor: Actor | None) -> float:
    """CPU time of the dearest of the first uses, each the cheapest of TRIES, in pieces of reference work.

    It covers what counting does not: calls of C functions that each read a lot of data.
    """
    tries = []
    for _ in range(TRIES):
        engine, uses = Engine(), []
        for _ in range(USES):
            with measured() as use:
                await used(engine, source, variables, world, actor)
            uses.append(use.pieces)
        tries.append(uses)
    return max(min(of_one_use) for of_one_use in zip(*tries, strict=True))


async def too_dear(
    costly: Iterable[tuple[str, int]], variables: Body, world: World, actor: Actor
) -> tuple[list[Any], int]:
    """Those of these queries that do more than MOST, with their work and points; and how many errors all make."""
    dear, errors = [], 0
    for source, cost in costly:
        work, body = await dearest_use(source, variables, world, actor)
        assert "data" in body, body
        errors += len(body.get("errors", ()))
        if not work.within(MOST):
            dear.append((work, cost, source))
    return dear, errors
