"""One question spelled in several ways is one list: a cursor of one spelling is good with the others."""

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from models.user import User
from schema.ids import global_id
from tests.world import Client, World, role_id, user_id

pytestmark = pytest.mark.anyio

USERS = """
query ($search: String, $filter: UserFilter, $orderBy: UserOrder, $after: String) {
  users(search: $search, filter: $filter, orderBy: $orderBy, first: 1, after: $after) {
    nodes { id } totalCount pageInfo { endCursor }
  }
}
"""
EVENTS = """
query ($filter: AuditEventFilter, $after: String) {
  auditEvents(filter: $filter, first: 1, after: $after) { nodes { id } pageInfo { endCursor } }
}
"""
ADA, VIEWERS = UUID("00000000-0000-4000-8000-0000000000ad"), "<the role Viewer>"
ADAS = global_id("User", ADA)
NOBODY = {"before": None, "after": None}
ANOTHER_LIST = "This cursor belongs to another order or filter."


def filtered(**conditions: Any) -> dict[str, Any]:
    return {"filter": conditions}


SPELLINGS: dict[str, list[dict[str, Any]]] = {
    "everybody": [
        {},
        {"search": None},
        {"search": ""},
        {"search": " \t\u00a0\u3000\n"},
        {"search": "\u200b\ufeff"},
        {"search": " " * 1500},
        {"filter": None},
        {"filter": {}},
        filtered(status=None, roleId=None, alerts=None, mfaEnabled=None, text=None, lastLogin=None, createdAt=None),
        filtered(lastLogin={}, createdAt={}),
        filtered(lastLogin={"never": None, **NOBODY}, createdAt=NOBODY),
        filtered(text=""),
        filtered(text=" \u200b "),
        {"orderBy": None},
        {"orderBy": {"field": "LAST_NAME"}},
        {"orderBy": {"field": "LAST_NAME", "direction": "ASC"}},
    ],
    "a name": [
        {"search": "mü"},
        {"search": "MÜ"},
        {"search": "mu\u0308"},
        {"search": "Mu"},
        {"search": "  mü "},
        {"search": "m\u200bü"},
        {"search": "\uff2d\u00fc"},
    ],
    "two statuses": [
        filtered(status=["ACTIVE", "INVITED"]),
        filtered(status=["INVITED", "ACTIVE"]),
        filtered(status=["INVITED", "ACTIVE", "INVITED"]),
    ],
    "one status": [filtered(status="ACTIVE"), filtered(status=["ACTIVE", "ACTIVE"])],
    "two alerts": [
        filtered(alerts=["MFA_MISSING", "DORMANT"]),
        filtered(alerts=["DORMANT", "MFA_MISSING", "DORMANT"]),
    ],
    "roles": [
        filtered(roleId=[VIEWERS]),
        filtered(roleId=[VIEWERS, VIEWERS]),
        filtered(roleId=[VIEWERS, VIEWERS + "="]),
        filtered(roleId=[ADAS, VIEWERS]),
    ],
    "an instant": [
        filtered(createdAt={"after": "2026-11-22T11:00:00Z"}),
        filtered(createdAt={"after": "2026-11-22T11:00:00+00:00", "before": None}),
        filtered(createdAt={"after": "2026-11-22T12:00:00.000+01:00"}),
        filtered(createdAt={"after": "2026-11-21t23:00:00-12:00"}),
    ],
    "a text": [
        filtered(text="ada m\u00fc"),
        filtered(text=" ADA  M\u00dc "),
        filtered(text="m\u00fc ada"),
        filtered(text="mu\u0308,ada"),
        filtered(text="ada\u00a0m\u00fc ada"),
    ],
    "an address": [
        filtered(text="ada@example.org"),
        filtered(text=" ADA@EXAMPLE.ORG\u200b"),
    ],
    "an id": [
        filtered(text=ADAS),
        filtered(text=f"  {ADAS}\u200b"),
        filtered(text=ADAS + "="),
    ],
}
TYPES = ["user.disabled", "user.enabled"]
EVENTS_SPELLED: dict[str, list[dict[str, Any]]] = {
    "all events": [{}, {"filter": None}, {"filter": {}}, filtered(type=None, at=None), filtered(at=NOBODY)],
    "types": [
        filtered(type=TYPES),
        filtered(type=TYPES[::-1] * 2),
        filtered(type=[*TYPES, "x" * 61, "\x00"]),
    ],
    "a target": [filtered(targetId=ADAS), filtered(targetId=ADAS + "=")],
    "an instant": [
        filtered(at={"before": "2026-11-22T13:00:00Z"}),
        filtered(at={"before": "2026-11-22T14:30:00+01:30"}),
    ],
}


@pytest.fixture
async def ask(world: World) -> Client:
    """Several users and events of each list."""
    platform = await world.platform(mfa_required=True)
    admin = await world.admin(platform, last_name="Mühle")
    ada: User = await world.user(platform, "Ada", "Müller", id=ADA, email="ada@example.org")
    await world.user(platform, "Ada", "Muller", invited=True, email="ada.m@example.org")
    client = await world.client(admin)
    for name in ("disableUser", "enableUser") * 2:
        assert (await client(f'mutation {{ {name}(input: {{ id: "{user_id(ada)}" }}) {{ errors {{ code }} }} }}')).data
    return client


async def spelled(world: World, variables: dict[str, Any]) -> dict[str, Any]:
    """With the id of the role Viewer in its place."""
    ids = (variables.get("filter") or {}).get("roleId")
    if not ids:
        return variables
    ada = await User.get(id=ADA).select_related("role")
    return filtered(roleId=[id.replace(VIEWERS, role_id(ada.role)) for id in ids])


@pytest.mark.parametrize("name", SPELLINGS)
async def test_a_cursor_is_good_with_every_spelling_of_its_question(world: World, ask: Client, name: str) -> None:
    spellings = [await spelled(world, variables) for variables in SPELLINGS[name]]
    first = [(await ask(USERS, **variables)).data["users"] for variables in spellings]
    assert first == [first[0]] * len(spellings)
    assert len(first[0]["nodes"]) == 1
    cursor = first[0]["pageInfo"]["endCursor"]
    second = [(await ask(USERS, **variables, after=cursor)).data["users"] for variables in spellings]
    assert second == [second[0]] * len(spellings)


@pytest.mark.parametrize("name", EVENTS_SPELLED)
async def test_a_cursor_of_events_is_good_with_every_spelling_of_its_question(ask: Client, name: str) -> None:
    first = [(await ask(EVENTS, **variables)).data["auditEvents"] for variables in EVENTS_SPELLED[name]]
    assert first == [first[0]] * len(first)
    assert len(first[0]["nodes"]) == 1
    for variables in EVENTS_SPELLED[name]:
        answer = await ask(EVENTS, **variables, after=first[0]["pageInfo"]["endCursor"])
        assert answer.data["auditEvents"]["nodes"] not in ([], first[0]["nodes"])


@pytest.mark.parametrize(("document", "field", "spellings"), [
    (USERS, "users", SPELLINGS), (EVENTS, "auditEvents", EVENTS_SPELLED),
])  # fmt: skip
async def test_a_cursor_of_another_question_is_refused_as_such(
    world: World, ask: Client, document: str, field: str, spellings: dict[str, list[dict[str, Any]]]
) -> None:
    questions = [await spelled(world, variables) for variables, *_ in spellings.values()]
    cursors = [(await ask(document, **question)).data[field]["pageInfo"]["endCursor"] for question in questions]
    for (own, cursor), (other, _) in permutations(zip(questions, cursors, strict=True), 2):
        answer = await ask(document, **other, after=cursor)
        assert [error["message"] for error in answer.body["errors"]] == [ANOTHER_LIST], (own, other)


async def test_a_cursor_of_one_kind_of_list_is_refused_by_another(ask: Client) -> None:
    cursor = (await ask(USERS)).data["users"]["pageInfo"]["endCursor"]
    answer = await ask(EVENTS, after=cursor)
    assert [error["message"] for error in answer.body["errors"]] == [ANOTHER_LIST]
