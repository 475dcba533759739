"""Errors against work: making, collecting and telling them takes no more than a quarter of a second allows."""

import base64
from itertools import islice
from typing import Any

import orjson
import pytest

from models.platform import Platform
from models.role import Permission, Role
from schema.execution.limits import MOST_ALIASES
from schema.execution.rules import COST_LIMIT
from server.bodies import LARGEST_BODY
from services.actor import Actor
from tests.schema.execution.costly_errors import CostlyErrors
from tests.schema.execution.work import MOST, MOST_PIECES, crowd, dearest_use, dearest_use_in_pieces, too_dear
from tests.world import World

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

DOCUMENTS, SEED = 12, 6
THOUSANDS = 2_000
"""Errors that these documents make at least, all together."""


async def half_blind(world: World, platform: Platform, permission: Permission) -> Actor:
    """Somebody who may do this and nothing else, and so is refused in many fields of what is seen."""
    await Role.filter(platform_id=platform.id, name="Support").update(permissions=[permission.value])
    return await world.actor(await world.user(platform, "Half", "Blind", role="Support"))


@pytest.mark.parametrize(
    ("root", "permission"), [("users", Permission.USERS_READ), ("auditEvents", Permission.AUDIT_READ)]
)
async def test_no_query_full_of_errors_holds_a_worker_for_a_quarter_of_a_second(
    world: World, root: str, permission: Permission
) -> None:
    platform = await Platform.get(id=(await crowd(world)).platform_id)
    actor = await half_blind(world, platform, permission)
    costly = list(islice(CostlyErrors(SEED, root).between(COST_LIMIT // 2, COST_LIMIT), DOCUMENTS))
    dear, errors = await too_dear(costly, {}, world, actor)
    assert (dear, len(costly)) == ([], DOCUMENTS)
    assert errors > THOUSANDS


def again(field: str) -> str:
    """The field under as many names as may be."""
    return "{ " + " ".join(f"a{number}: {field}" for number in range(MOST_ALIASES)) + " }"


def cursor(values: bytes) -> str:
    return base64.urlsafe_b64encode(b"a mark" + values).decode().rstrip("=")


ROWS = "{ nodes { fullName alerts { message } viewerActions { message } } }"
LISTS = f'{{ long: users(first: 100) {ROWS} wrong: users(after: "broken") {ROWS} }}'
LONG = "A" * 90_000
CURSOR = "query ($given: String) " + again("auditEvents(first: 1, after: $given) { nodes { id } }")
FILTER = "query ($given: UserFilter) { users(filter: $given) { nodes { id } } }"
HALF_MADE = [{"createdAt": {"before": f"{number}"}, f"unknown{number:020}": 1} for number in range(1_000)]
BULK: dict[str, tuple[str, Any]] = {
    "ids of nobody": (again('node(id: "VXNlcjow") { id }'), None),
    "a long id": ("query ($given: ID!) " + again("node(id: $given) { id }"), LONG),
    "broken cursors": (again('users(first: 1, after: "broken") { nodes { id } }'), None),
    "a long cursor": (CURSOR, LONG),
    "a cursor of many values": (CURSOR, cursor(b"[" + b"1," * 30_000 + b"1]")),
    "a deep cursor": (CURSOR, cursor(b"[" * 30_000 + b"]" * 30_000)),
    "sizes of pictures": ("{ users(first: 80) { nodes " + again("avatarUrl(size: 9)") + " } }", None),
    "a long list made null by another": (LISTS, None),
    "wrong values of an enum": (FILTER, {"alerts": [f"SECURITY_LOCKED_OU{number}" for number in range(3_500)]}),
    "wrong kinds of values": (FILTER, {"roleId": [{"id": [1.5]}] * 5_000}),
    "unknown names": (FILTER, {f"statu{number:020}": None for number in range(2_500)}),
    "lists for objects": (FILTER, HALF_MADE),
    "a deep value": (FILTER, {"status": orjson.loads("[" * 250 + "]" * 250)}),
    "a wrong instant": (FILTER, {"createdAt": {"before": "2026-" * 18_000}}),
}


@pytest.mark.parametrize(("document", "given"), list(BULK.values()), ids=list(BULK))
@pytest.mark.usefixtures("settled_memory")
async def test_errors_in_bulk_do_not_hold_a_worker_either(world: World, document: str, given: Any) -> None:
    body = {"query": document, "variables": {"given": given}}
    assert len(orjson.dumps(body)) <= LARGEST_BODY
    actor = await world.actor(await crowd(world))
    work, answer = await dearest_use(document, body["variables"], world, actor)
    assert answer["errors"]
    assert work.within(MOST), work
    assert await dearest_use_in_pieces(document, body["variables"], world, actor) < MOST_PIECES


NUMBERS = range(250)
MISTAKES = {
    "fields": "{ viewer { " + " ".join(f"lastNam{number}" for number in range(1_900)) + " } }",
    "arguments": "{ " + " ".join(f"users(firs{number}: 1) {{ totalCount }}" for number in NUMBERS[:200]) + " }",
    "types": " ".join(f"fragment f{number} on Use{number} {{ id }}" for number in NUMBERS) + " { __typename }",
    "spreads": "{ " + "...nothing " * 900 + "}",
    "directives": "{ viewer { " + " ".join(f"id @inclood{number}" for number in range(20)) + " } }",
    "enums": "{ users(filter: {alerts: [" + " ".join(f"DORMAN{n}" for n in range(1_900)) + "]}) { totalCount } }",
    "conflicts": "{ " + " ".join(f"a: node(id: {number}) {{ id }}" for number in range(MOST_ALIASES)) + " }",
    "unused variables": f"query ({' '.join(f'$v{number}: Int!' for number in NUMBERS)}) {{ __typename }}",
    "unknown types": f"query ({' '.join(f'$v{number}: In{number}' for number in NUMBERS)}) {{ __typename }}",
}
"""Documents of up to two thousand tokens in which nearly everything is wrong."""


@pytest.mark.parametrize("document", list(MISTAKES.values()), ids=list(MISTAKES))
async def test_a_document_with_hundreds_of_mistakes_does_not_hold_a_worker_either(world: World, document: str) -> None:
    work, answer = await dearest_use(document, {}, world, await world.actor(await world.admin()))
    assert "data" not in answer
    assert {error["extensions"]["code"] for error in answer["errors"]} <= {"BAD_USER_INPUT", "QUERY_TOO_COMPLEX"}
    assert work.within(MOST), work
