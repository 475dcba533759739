"""`editUser`: absent stays, null clears, a value sets; all faults together, or nothing."""

import asyncio
from typing import Any

import pytest

from models.user import SearchWord, User
from tests.conftest import StandingClock
from tests.schema.users.documents import DISABLE, EDIT, ENABLE, call, faults
from tests.schema.users.witness import nothing_changes, outbox, trail
from tests.world import World, user_id

pytestmark = pytest.mark.anyio

EDITED = ("firstName", "lastName", "phoneNumber", "timezone")


async def ada(world: World, **facts: Any) -> User:
    platform = await world.platform()
    await world.admin(platform)
    return await world.user(platform, **{"phone_number": "+14155550132", "timezone": "Europe/Berlin"} | facts)


async def as_admin(world: World) -> Any:
    return await world.client(await User.get(last_name="Hopper"))


async def test_an_edit_answers_with_the_whole_user_and_records_what_changed(world: World, clock: StandingClock) -> None:
    target = await ada(world, email="ada@example.org")
    ask = await as_admin(world)
    clock.advance(minutes=5)
    given = {"firstName": "Augusta", "lastName": "King", "phoneNumber": "+44 20 7946 0018", "timezone": "Europe/London"}
    payload = await call(ask, EDIT, id=user_id(target), **given)
    user = payload["user"]
    assert payload["errors"] == []
    assert {name: user[name] for name in EDITED} == given | {"phoneNumber": "+442079460018"}
    assert (user["id"], user["email"], user["fullName"], user["initials"], user["status"]) == (
        user_id(target),
        "ada@example.org",
        "Augusta King",
        "AK",
        "ACTIVE",
    )
    assert (user["version"], user["createdAt"], user["updatedAt"]) == (
        2,
        "2026-11-22T12:00:00Z",
        "2026-11-22T12:05:00Z",
    )
    assert await trail() == [
        {
            "type": "user.edited",
            "actor": "Grace Hopper",
            "target": target.id,
            "changes": [
                ("firstName", "Ada", "Augusta"),
                ("lastName", "Lovelace", "King"),
                ("phoneNumber", "+14155550132", "+442079460018"),
                ("timezone", "Europe/Berlin", "Europe/London"),
            ],
        }
    ]
    assert await outbox() == []


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({"firstName": "Augusta"}, ("firstName", "Ada", "Augusta")),
        ({"lastName": "King"}, ("lastName", "Lovelace", "King")),
        ({"phoneNumber": "+442079460018"}, ("phoneNumber", "+14155550132", "+442079460018")),
        ({"phoneNumber": None}, ("phoneNumber", "+14155550132", None)),
        ({"timezone": "Asia/Tokyo"}, ("timezone", "Europe/Berlin", "Asia/Tokyo")),
        ({"timezone": None}, ("timezone", "Europe/Berlin", "UTC")),
    ],
)
async def test_only_what_is_given_changes(world: World, given: dict[str, Any], changed: tuple[str, Any, Any]) -> None:
    target = await ada(world)
    payload = await call(await as_admin(world), EDIT, id=user_id(target), **given)
    before = dict(zip(EDITED, ("Ada", "Lovelace", "+14155550132", "Europe/Berlin"), strict=True))
    field, _, after = changed
    assert {name: payload["user"][name] for name in EDITED} == before | {field: after}
    assert payload["user"]["version"] == 2
    assert [event["changes"] for event in await trail()] == [[changed]]


async def test_names_cannot_be_cleared(world: World) -> None:
    target = await ada(world)
    ask = await as_admin(world)
    async with nothing_changes():
        payload = await call(ask, EDIT, id=user_id(target), firstName=None, lastName=None, phoneNumber=None)
    assert faults(payload) == [("INVALID", "firstName"), ("INVALID", "lastName")]
    assert payload["user"] is None


@pytest.mark.parametrize("name", ["", "\u00a0", "x" * 101, "A\nB", "A\x7f", "A\x00", "\udfff", "\u2066\u2069"])
async def test_faults_of_several_fields_come_back_together(world: World, name: str) -> None:
    target = await ada(world)
    ask = await as_admin(world)
    async with nothing_changes():
        payload = await call(
            ask, EDIT, id=user_id(target), firstName=name, lastName=name, phoneNumber="call me", timezone="Atlantis"
        )
    assert faults(payload) == [("INVALID", field) for field in EDITED]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"firstName": "Ada", "timezone": "Europe/Berlin"},
        {"firstName": "  Ada\u200e "},
        {"phoneNumber": "+1 415 555 0132"},
        {"expectedVersion": 1},
        {"expectedVersion": None},
    ],
)
async def test_an_edit_that_changes_nothing_is_done_without_a_trace(world: World, given: dict[str, Any]) -> None:
    target = await ada(world)
    ask = await as_admin(world)
    async with nothing_changes():
        payload = await call(ask, EDIT, id=user_id(target), **given)
    assert (payload["errors"], payload["user"]["version"]) == ([], 1)


async def test_a_stale_version_changes_nothing_and_shows_the_user_as_it_now_is(world: World) -> None:
    target = await ada(world)
    ask = await as_admin(world)
    assert faults(await call(ask, EDIT, id=user_id(target), lastName="King", expectedVersion=1)) == []
    async with nothing_changes():
        for version in (1, 0, 3, -1, 2**31 - 1):
            payload = await call(ask, EDIT, id=user_id(target), lastName="Byron", expectedVersion=version)
            assert faults(payload) == [("STALE_VERSION", "expectedVersion")]
            assert (payload["user"]["lastName"], payload["user"]["version"]) == ("King", 2)
    assert faults(await call(ask, EDIT, id=user_id(target), lastName="Byron", expectedVersion=2)) == []


async def test_of_twenty_edits_with_one_version_one_is_done(world: World) -> None:
    target = await ada(world)
    ask = await as_admin(world)
    edits = (call(ask, EDIT, id=user_id(target), firstName=f"Ada {n}", expectedVersion=1) for n in range(20))
    codes = [faults(payload) for payload in await asyncio.gather(*edits)]
    assert sorted(codes) == [[]] + [[("STALE_VERSION", "expectedVersion")]] * 19
    assert (await User.get(id=target.id)).version == 2
    assert [event["type"] for event in await trail()] == ["user.edited"]


async def test_a_renamed_user_is_found_and_sorted_by_the_new_name_only(world: World) -> None:
    target = await ada(world, email="ada@example.org")
    ask = await as_admin(world)
    await call(ask, EDIT, id=user_id(target), lastName="Ähren")
    listed = "query ($search: String, $text: String) { users(search: $search, filter: {text: $text}) { nodes { id } } }"
    found = [{"id": user_id(target)}]
    assert (await ask("{ users { nodes { lastName } } }")).data["users"]["nodes"][0] == {"lastName": "Ähren"}
    assert (await ask(listed, search="ahr")).data["users"]["nodes"] == found
    assert (await ask(listed, search="lov")).data["users"]["nodes"] == []
    assert (await ask(listed, text="ÄHREN ada")).data["users"]["nodes"] == found
    assert (await ask(listed, text="lovelace")).data["users"]["nodes"] == []
    assert await SearchWord.filter(user_id=target.id).count() == 4


async def test_edits_at_the_same_time_as_disabling_never_revive(world: World) -> None:
    target = await ada(world)
    ask = await as_admin(world)
    edits = [call(ask, EDIT, id=user_id(target), firstName=f"Ada {n}") for n in range(10)]
    edits.insert(5, call(ask, DISABLE, id=user_id(target), reason="left"))
    payloads = await asyncio.gather(*edits)
    assert [faults(payload) for payload in payloads] == [[]] * 11
    after = await User.get(id=target.id)
    assert (after.disabled_at, after.disabled_reason, after.version) == (world.clock.now, "left", 12)
    assert after.first_name.startswith("Ada ")
    assert sorted(event["type"] for event in await trail()) == ["user.disabled"] + ["user.edited"] * 10
    assert sorted(payload["user"]["version"] for payload in payloads)[-1] == 12


async def test_a_disabled_user_can_be_edited_and_stays_disabled(world: World) -> None:
    target = await ada(world, disabled_at=world.clock.now, disabled_reason="left")
    ask = await as_admin(world)
    payload = await call(ask, EDIT, id=user_id(target), firstName="Augusta")
    assert (payload["user"]["status"], payload["user"]["disabledReason"]) == ("INACTIVE", "left")
    assert (await call(ask, ENABLE, id=user_id(target)))["user"]["firstName"] == "Augusta"


async def test_an_expected_version_that_is_no_32_bit_number_is_bad_input(world: World) -> None:
    target = await ada(world)
    ask = await as_admin(world)
    async with nothing_changes():
        for version in (2**31, 1.5, "1", True):
            assert (await ask(EDIT, input={"id": user_id(target), "expectedVersion": version})).codes == [
                "BAD_USER_INPUT"
            ]
