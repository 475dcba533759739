"""The compiled path and graphql-core give the same answer to whatever is asked, by whomever."""

import os
from random import Random
from typing import Any

import orjson
import pytest

from models.audit_event import AuditEvent
from models.role import Permission, Role
from models.user import User
from schema.context import Context, Tools
from schema.execution.engine import GRAPHQL, Engine, Rules
from schema.execution.turns import Turns
from schema.ids import global_id
from server.avatars import avatar_urls
from services.actor import Actor, Origin
from tests.schema.execution.random_documents import DocumentMaker
from tests.world import World

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

DOCUMENTS = int(os.environ.get("ROLLCALL_DIFFERENTIAL", "150"))
"""For each engine and actor; `make differential` asks for many more."""

EVERYTHING = Rules(cost_limit=10**9)


async def people(world: World) -> dict[str, Actor | None]:
    """A platform with something of everything, and actors who see all, some and nothing of it."""
    now = world.clock.now
    platform = await world.platform("Acme", password_max_age_days=30)
    admin = await world.admin(platform)
    await world.user(platform, "Mia", "Müller", role="Support", totp_confirmed_at=now, last_login_at=now)
    await world.user(platform, "Lo", "Cked", locked_at=now, failed_sign_ins=7)
    await world.user(platform, "Ex", "Pired", password_changed_at=now.replace(year=2025), last_login_at=None)
    await world.user(platform, "Dis", "Abled", disabled_at=now, disabled_reason="left", phone_number="+14155550132")
    await world.user(platform, "Ina", "Vited", invited=True)
    support = await world.user(platform, "Su", "Pport", role="Support")
    await Role.filter(platform_id=platform.id, name="Viewer").update(permissions=[Permission.AUDIT_READ.value])
    blind = await world.user(platform, "Bli", "Nd", role="Viewer")
    actors = {"admin": admin, "support": support, "blind": blind}
    return {name: await world.actor(user) for name, user in actors.items()} | {"nobody": None}


def comparable(body: dict[str, Any]) -> dict[str, Any]:
    """As the client sees it, without the ids of errors."""
    seen: dict[str, Any] = orjson.loads(orjson.dumps(body, default=str, option=orjson.OPT_UTC_Z))
    for error in seen.get("errors", []):
        error["extensions"].pop("errorId", None)
    return seen


def causes(body: dict[str, Any]) -> dict[bytes, set[bytes]]:
    """The errors behind each null of the answer, by where it is."""
    found: dict[bytes, set[bytes]] = {}
    for error in body.get("errors", []):
        place: list[Any] = []
        value = body.get("data")
        for step in error.get("path", []):
            if value is None:
                break
            place.append(step)
            value = value[step]
        found.setdefault(orjson.dumps(place), set()).add(orjson.dumps(error))
    return found


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Where several errors lead to one null, the first cancels the rest, and which is first is a matter of time."""
    mine, others = causes(one), causes(other)
    plain = [{key: value for key, value in body.items() if key != "errors"} for body in (one, other)]
    return plain[0] == plain[1] and mine.keys() == others.keys() and all(mine[at] & others[at] for at in mine)


# graphql-core leaves resolvers behind, unawaited, where an error has made their parent null.
@pytest.mark.filterwarnings("ignore:coroutine 'GraphQLCoreConverter:RuntimeWarning")
@pytest.mark.parametrize("who", ["admin", "support", "blind", "nobody"])
async def test_both_paths_give_the_same_answer(world: World, who: str) -> None:
    actor = (await people(world))[who]
    tools = Tools(world.hasher, world.vault, avatar_urls("initials", "https://rollcall.example"))
    engine = Engine(EVERYTHING, Turns(clock=lambda: 0.0, used=lambda: 0.0))  # on which nothing takes any time
    ids = [global_id("User", user.id) for user in await User.all().limit(4)]
    ids += [global_id("Role", role.id) for role in await Role.all().limit(2)]
    ids += [global_id("AuditEvent", event.id) for event in await AuditEvent.all().limit(1)]
    maker = DocumentMaker(GRAPHQL, Random(f"{who} 1"), ids, cursors=[])

    async def ask(source: str, variables: dict[str, Any]) -> Any:
        context = Context(origin=Origin(), now=world.clock.now, tools=tools, actor=actor)
        return comparable((await engine.answer(await engine.prepared(source), variables, None, context)).body)

    for _ in range(DOCUMENTS):
        source = maker.make()
        interpreted = await ask(source, maker.variables)
        assert same(await ask(source, maker.variables), interpreted), source
        page = (interpreted.get("data") or {}).get("users") or {}
        maker.cursors += [edge["cursor"] for edge in page.get("edges") or [] if "cursor" in edge][:1]
    assert engine.counts["interpreted"] >= DOCUMENTS // 4, engine.counts
    if who == "admin":
        assert engine.counts["compiled"] >= DOCUMENTS // 8, engine.counts
