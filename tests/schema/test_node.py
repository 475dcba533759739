"""`node`: any record of the viewer's platform by its global id, and nothing of any other."""

import base64
from uuid import uuid4

import pytest

from schema.ids import global_id
from tests.world import World, role_id, user_id

pytestmark = pytest.mark.anyio

DOCUMENT = """
query ($id: ID!) {
  node(id: $id) { __typename id ... on User { fullName } ... on Role { name } ... on Platform { name } }
}
"""


async def test_every_kind_of_record_is_found_by_the_id_that_it_gave(world: World) -> None:
    platform = await world.platform()
    admin = await world.admin(platform)
    ask = await world.client(admin)
    ids = (await ask("{ viewer { id role { id } platform { id } } platform { id } }")).data
    assert ids["platform"] == ids["viewer"]["platform"]
    user, role, own = ids["viewer"]["id"], ids["viewer"]["role"]["id"], ids["platform"]["id"]
    assert (await ask(DOCUMENT, id=user)).data == {
        "node": {"__typename": "User", "id": user, "fullName": "Grace Hopper"}
    }
    assert (await ask(DOCUMENT, id=role)).data == {"node": {"__typename": "Role", "id": role, "name": "Platform"}}
    assert (await ask(DOCUMENT, id=own)).data == {"node": {"__typename": "Platform", "id": own, "name": "Acme"}}


async def test_records_of_another_platform_do_not_exist(world: World) -> None:
    ask = await world.client(await world.admin())
    other = await world.platform("Other")
    stranger = await world.admin(other)
    foreign = [user_id(stranger), role_id(await world.role(other)), global_id("Platform", other.id)]
    for id in (*foreign, global_id("User", uuid4()), global_id("Nothing", uuid4()), global_id("user", stranger.id)):
        assert (await ask(DOCUMENT, id=id)).data == {"node": None}


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "User",
        "User:",
        "User:1",
        "User:{e6f0a3b2-5d0f-4c7e-9a55-0b1c2d3e4f50}",
        "User:E6F0A3B25D0F4C7E9A550B1C2D3E4F50",
        "User:+6f0a3b25d0f4c7e9a550b1c2d3e4f50",
        "User:0x6f0a3b25d0f4c7e9a550b1c2d3e4f5",
        "User:e6f0a3b25d0f4c7e9a550b1c2d3e4f50:1",
    ],
)
async def test_what_is_no_id_of_ours_is_refused(world: World, raw: str) -> None:
    ask = await world.client(await world.admin())
    for id in (raw, base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")):
        answer = await ask(DOCUMENT, id=id)
        assert (answer.codes, answer.body["data"]) == (["BAD_USER_INPUT"], {"node": None})


@pytest.mark.parametrize("id", ["é", "\x00", "\ud800", "A" * 50_000])
async def test_odd_texts_are_no_ids_either(world: World, id: str) -> None:
    assert (await (await world.client(await world.admin()))(DOCUMENT, id=id)).codes == ["BAD_USER_INPUT"]


async def test_without_a_session_there_is_no_node(world: World) -> None:
    admin = await world.admin()
    assert (await (await world.client())(DOCUMENT, id=user_id(admin))).codes == ["UNAUTHENTICATED"]
