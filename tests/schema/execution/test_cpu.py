"""Prices against the clock: what the cost limit lets through never holds a worker for a quarter of a second."""

import time
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from models.audit_event import AuditEvent
from models.role import Role
from models.user import User
from schema.context import Context, Tools
from schema.execution.engine import Engine
from schema.execution.limits import MOST_ALIASES
from schema.execution.rules import COST_LIMIT
from schema.ids import global_id
from server.avatars import avatar_urls
from server.bodies import LARGEST_BODY
from services.actor import Actor, Origin
from tests.conftest import T0
from tests.schema.execution.costly_documents import CostlyDocuments
from tests.schema.execution.costly_mutations import CostlyMutations
from tests.world import World, role_id, user_id

pytestmark = pytest.mark.anyio

SECONDS = 0.25
USERS, EVENTS, DOCUMENTS, SEED = 110, 400, 15, 6


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
    for user in users[:20]:
        for _ in range(3):
            await world.session(user)
    change = {"field": "lastName", "before": "a", "after": "b"}
    await AuditEvent.bulk_create(
        AuditEvent(
            id=uuid4(),
            at=T0 - timedelta(seconds=number),
            type="user.edited",
            platform_id=platform.id,
            actor_id=admin.id,
            actor_name="Grace Hopper",
            target_id=users[number % 20].id,
            changes=[change, change],
        )
        for number in range(EVENTS)
    )
    return admin


async def seconds_of(source: str, variables: dict[str, Any], world: World, actor: Actor) -> float:
    """CPU of the thread that serves requests, for a document that nobody has sent before.

    Passwords are hashed in threads of their own, and a database's work is its own.
    """
    engine = Engine()
    tools = Tools(world.hasher, world.vault, avatar_urls("initials", "http://rollcall.test"))
    context = Context(origin=Origin(), now=T0, tools=tools, actor=actor)
    started = time.thread_time()
    answer = await engine.answer(await engine.prepared(source), variables, None, context)
    seconds = time.thread_time() - started
    assert "data" in answer.body, answer.body
    return seconds


async def test_no_query_under_the_limit_holds_a_worker_for_a_quarter_of_a_second(world: World) -> None:
    admin = await crowd(world)
    actor = await world.actor(admin)
    ids = {"User": user_id(admin), "Platform": global_id("Platform", admin.platform_id)}
    costly = list(islice(CostlyDocuments(SEED, ids).between(COST_LIMIT // 2, COST_LIMIT), DOCUMENTS))
    slow = []
    for source, cost in costly:
        seconds = min([await seconds_of(source, {}, world, actor) for _ in range(2)])
        if seconds > SECONDS:
            slow.append((round(seconds, 3), cost, source))
    assert (slow, len(costly)) == ([], DOCUMENTS)


async def test_no_mutation_under_the_limit_holds_a_worker_for_a_quarter_of_a_second(world: World) -> None:
    admin = await crowd(world)
    actor = await world.actor(admin)
    people = [user_id(user) for user in await User.exclude(id=admin.id)]
    viewer = await Role.get(platform_id=admin.platform_id, name="Viewer")
    ids = {"User": user_id(admin), "Role": role_id(viewer)}
    costly = list(islice(CostlyMutations(SEED, ids, people).between(COST_LIMIT // 4, COST_LIMIT), DOCUMENTS))
    slow = []
    for source, cost in costly:
        seconds = await seconds_of(source, {}, world, actor)
        if seconds > SECONDS:
            slow.append((round(seconds, 3), cost, source))
    assert (slow, len(costly)) == ([], DOCUMENTS)


@pytest.mark.parametrize(
    ("type", "field", "argument", "value"),
    [
        ("String", "users", "search", "é" * 45_000),
        ("UserFilter", "users", "filter", {"text": "ab " * 30_000}),
        ("UserFilter", "users", "filter", {"status": ["ACTIVE", "INVITED"] * 4_500}),
        ("UserFilter", "users", "filter", {"roleId": [global_id("Role", UUID(int=n)) for n in range(1_800)]}),
        ("AuditEventFilter", "auditEvents", "filter", {"type": [f"{n:x}" for n in range(12_000)]}),
    ],
    ids=["search", "text", "status", "roleId", "type"],
)
async def test_large_variables_do_not_hold_a_worker_either(
    world: World, type: str, field: str, argument: str, value: Any
) -> None:
    """The cost limit does not see how large they are: as large as a body may be, and used as often as may be."""
    actor = await world.actor(await world.admin())
    asked = f"{field}({argument}: $given, first: 1) {{ pageInfo {{ hasNextPage }} }}"
    document = f"query ($given: {type}) {{ {' '.join(f'a{n}: {asked}' for n in range(MOST_ALIASES))} }}"
    body = {"query": document, "variables": {"given": value}}
    assert LARGEST_BODY * 0.8 < len(orjson.dumps(body)) <= LARGEST_BODY
    assert min([await seconds_of(document, body["variables"], world, actor) for _ in range(2)]) < SECONDS
