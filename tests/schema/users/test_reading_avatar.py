"""Initials and avatars: of any name, of any size, drawn by this server."""

import re
from xml.etree import ElementTree

import httpx2
import pytest

from server.avatars import avatar_urls
from tests.world import World, user_id

pytestmark = pytest.mark.anyio

DOCUMENT = "query ($id: ID!, $size: Int) { user(id: $id) { avatarUrl(size: $size) } }"


async def fetch(world: World, url: str) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(world.app), base_url="http://test") as http:
        return await http.get(url)


@pytest.mark.parametrize(
    ("first_name", "last_name", "initials"),
    [
        ("Ada", "Lovelace", "AL"),
        ("ada", "lovelace", "AL"),
        ("Émile", "Zola", "ÉZ"),
        ("Jan", "'t Hooft", "JT"),
        ("(Bob)", "“Q”", "BQ"),
        ("ßa", "Ǆ", "Sǅ"),
        ("გიორგი", "მელიქი", "გმ"),
        ("ﬁona", "ŉagel", "FN"),
        ("किशोर", "小明", "क小"),
        ("4chan", "🦊", "4"),
        ("/", "..", "?"),
        ("<b>", "&amp;", "BA"),
    ],
)
async def test_initials_of_any_name_and_the_picture_that_shows_them(
    world: World, first_name: str, last_name: str, initials: str
) -> None:
    platform = await world.platform()
    user = await world.user(platform, first_name, last_name)
    ask = await world.client(await world.admin(platform))
    shown = (await ask("query ($id: ID!) { user(id: $id) { initials avatarUrl } }", id=user_id(user))).data["user"]
    assert shown["initials"] == initials
    picture = await fetch(world, shown["avatarUrl"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    svg = ElementTree.fromstring(picture.content)
    assert [svg.get("width"), svg.get("height"), svg[-1].text] == ["80", "80", initials]


@pytest.mark.parametrize(("size", "drawn"), [(None, 80), (16, 16), (80, 80), (512, 512)])
async def test_an_avatar_is_as_large_as_asked(world: World, size: int | None, drawn: int) -> None:
    admin = await world.admin()
    answer = await (await world.client(admin))(DOCUMENT, id=user_id(admin), size=size)
    url = answer.data["user"]["avatarUrl"]
    assert re.fullmatch(rf"http://[^/]+/avatars/GH/[0-9]+\.svg\?size={drawn}", url)
    assert ElementTree.fromstring((await fetch(world, url)).content).get("width") == str(drawn)


@pytest.mark.parametrize("size", [15, 513, 0, -1, 2**31 - 1, 2**31])
async def test_an_avatar_of_another_size_is_refused(world: World, size: int) -> None:
    admin = await world.admin()
    answer = await (await world.client(admin))(DOCUMENT, id=user_id(admin), size=size)
    assert answer.codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    "path",
    ["GH/360.svg", "GH/1.svg?size=15", "GH/1.svg?size=513", "GH/1.svg?size=x", "GH/1.svg?size=99999", "ABCDE/1.svg"],
)
async def test_no_other_picture_is_drawn(world: World, path: str) -> None:
    assert (await fetch(world, f"/avatars/{path}")).status_code == 404


async def test_a_colour_stays_when_the_name_changes_and_people_differ(world: World) -> None:
    platform = await world.platform()
    users = [await world.user(platform) for _ in range(8)]
    url = avatar_urls("initials", "http://here")
    before = [url(user, 80) for user in users]
    assert len(set(before)) > 1
    for user in users:
        user.rename(first_name="Bob", last_name="Marley")
    assert [url(user, 80) for user in users] == [address.replace("/AL/", "/BM/") for address in before if address]


async def test_avatars_are_nobodys_or_gravatars_where_the_settings_say_so(world: World) -> None:
    user = await world.admin(email="Grace@Example.org")
    assert avatar_urls("off", "http://here")(user, 80) is None
    digest = "233ac984b593b1d70d8de3150f794304b623e57e11ae118e236205323735c59f"
    assert avatar_urls("gravatar", "http://here")(user, 80) == f"https://gravatar.com/avatar/{digest}?d=mp&s=80"
