"""What belongs to another platform does not exist: every place of the API answers to its ids as to ids of nothing.

The cases come from the printed schema. A place that takes an id, and no call of which shows that it heard an own id,
fails here by its name.
"""

import base64
import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLSchema
from tortoise.transactions import in_transaction

from models.platform import Platform
from models.user import User
from schema.ids import global_id
from services.paging import CHECKSUM, MARK, sealed
from tests.schema.tenants.printed import Slot, document, node_types, printed, readings, selection, slots
from tests.schema.users.witness import everything
from tests.world import Client, World, user_id

pytestmark = pytest.mark.anyio


@cache
def the_schema() -> GraphQLSchema:
    return printed()


SLOTS = slots(the_schema())
every_slot = pytest.mark.parametrize("slot", SLOTS, ids=str)


@dataclass
class Side:
    """One platform as its administrator sees it: `ids` by type, and the one that fits each argument best."""

    ask: Client
    admin: User
    ids: dict[str, list[str]]


class RolledBack(Exception):
    """Ends a trial."""


async def inhabited(world: World, name: str) -> Side:
    """A platform with at least one record of every type, whose names all begin with `name`."""
    platform: Platform = await world.platform(name)
    admin = await world.admin(platform, first_name=f"{name}boss", last_name=name, email=f"boss@{name}.example.org")
    ask = await world.client(admin)
    guest = await world.user(platform, f"{name}guest", name, email=f"guest@{name}.example.org")
    await world.session(guest)
    role = global_id("Role", admin.role_id)
    new = f'firstName: "{name}new", lastName: "{name}", email: "new@{name}.example.org", roleId: "{role}"'
    for mutation in (
        f'addRole(input: {{name: "{name}role", permissions: []}})',
        f"addUser(input: {{{new}}})",
        f'editUser(input: {{id: "{user_id(guest)}", timezone: "Europe/London"}})',
    ):
        ((payload,),) = [(await ask(f"mutation {{ {mutation} {{ errors {{ code }} }} }}")).data.values()]
        assert payload["errors"] == []
    return Side(ask, admin, await records(ask, guest))


async def records(ask: Client, guest: User) -> dict[str, list[str]]:
    """The ids of every type that a reading of everything yields, the guest's records first."""
    schema, found = the_schema(), dict[str, list[str]]()
    reading = f'{{ user(id: "{user_id(guest)}") {selection(schema, schema.type_map["User"])} }}'
    documents = [reading, *readings(schema)]
    for text in documents:
        collect((await ask(text)).data, found)
    missing = set(node_types(schema)) - set(found)
    assert not missing, f"no record of {missing} was found: `inhabited` must make one"
    return found


def collect(data: Any, found: dict[str, list[str]]) -> None:
    """All ids in an answer by the type of their records."""
    if isinstance(data, list):
        for item in data:
            collect(item, found)
    elif isinstance(data, dict):
        if "id" in data and data["id"] not in found.setdefault(data["__typename"], []):
            found[data["__typename"]].append(data["id"])
        for value in data.values():
            collect(value, found)


async def answer(side: Side, slot: Slot, value: str) -> tuple[str, bool]:
    """The answer as text, without the value itself, and whether a row of any table changed; all of it is undone."""
    others = {"id": side.ids["User"][0], "roleId": side.ids["Role"][-1]}
    text, variables = document(the_schema(), slot, value, others)
    before = await everything()
    try:
        async with in_transaction():
            body = (await side.ask(text, **variables)).body
            changed = await everything() != before
            raise RolledBack
    except RolledBack:
        codes = [error["extensions"]["code"] for error in body.get("errors", [])]
    assert not {"INTERNAL", "QUERY_TOO_COMPLEX"} & set(codes), f"{slot} cannot be called: {body['errors']}"
    return json.dumps(body).replace(value, "the value"), changed


async def cursor(side: Side, slot: Slot) -> str:
    """The cursor of the first row of the slot's own list, as this side gets it."""
    body = f"{slot.fields[-1]}(first: 1) {{ pageInfo {{ endCursor }} }}"
    for name in reversed(slot.fields[:-1]):
        body = f"{name} {{ {body} }}"
    data = (await side.ask(f"{{ {body} }}")).data
    for name in slot.fields:
        data = data[name]
    return str(data["pageInfo"]["endCursor"])


def forged(cursor: str) -> str:
    """The same place in a list that never was."""
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return sealed(bytes(MARK), raw[MARK + CHECKSUM :])


@every_slot
async def test_an_id_of_another_platform_is_an_id_of_nothing(world: World, slot: Slot) -> None:
    mine, other = await inhabited(world, "mine"), await inhabited(world, "stranger")
    if slot.is_cursor:
        foreign, own = await cursor(other, slot), await cursor(mine, slot)
        assert "errors" not in json.loads((await answer(mine, slot, own))[0])
        assert await answer(mine, slot, foreign) == await answer(mine, slot, forged(foreign))
        return
    heard = False
    for type in node_types(the_schema()):
        nothing = await answer(mine, slot, global_id(type, uuid4()))
        assert not nothing[1], f"{slot} changes something for an id of nothing"
        for id in other.ids[type][:2]:
            assert await answer(mine, slot, id) == nothing
        heard = heard or any([await answer(mine, slot, id) != nothing for id in mine.ids[type][:2]])
    assert heard, f"no call of {slot} shows that it takes an id: teach tests/schema/tenants to call it"


async def test_nothing_that_can_be_read_names_another_platform(world: World) -> None:
    mine, other = await inhabited(world, "mine"), await inhabited(world, "stranger")
    foreign = {id for ids in other.ids.values() for id in ids}
    documents = readings(the_schema())
    documents += [
        f'{{ node(id: "{id}") {selection(the_schema(), the_schema().type_map["Node"])} }}'
        for ids in mine.ids.values()
        for id in ids
    ]
    for text in documents:
        answered = json.dumps((await mine.ask(text)).data)
        assert "stranger" not in answered
        assert not [id for id in foreign if id in answered]


async def test_a_foreign_address_finds_nobody_in_the_filter(world: World) -> None:
    mine, other = await inhabited(world, "mine"), await inhabited(world, "stranger")
    document = "query ($text: String) { users(filter: {text: $text}) { totalCount nodes { id } } }"
    for text in (other.admin.email, "nobody@stranger.example.org", other.admin.full_name):
        assert (await mine.ask(document, text=text)).data["users"] == {"totalCount": 0, "nodes": []}


async def test_what_an_id_names_is_known_for_every_type(world: World) -> None:
    mine = await inhabited(world, "mine")
    for type, ids in mine.ids.items():
        found = (await mine.ask("query ($id: ID!) { node(id: $id) { __typename id } }", id=ids[0])).data["node"]
        assert found == {"__typename": type, "id": ids[0]}
