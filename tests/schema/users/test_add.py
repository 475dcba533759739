"""`addUser`: one user, one invitation, one event, or nothing at all."""

from typing import Any

import pytest

from models.invitation import Invitation
from models.user import User
from schema.ids import global_id
from services.tokens import token_hash
from tests.schema.users.documents import ADD, call, faults
from tests.schema.users.witness import everything, link_token, nothing_changes, outbox, trail
from tests.world import World, role_id, user_id

pytestmark = pytest.mark.anyio

ADA = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.org"}


async def newcomer(world: World, admin: User, **given: Any) -> dict[str, Any]:
    return {**ADA, "roleId": role_id(await world.role(await admin.platform, "Viewer")), **given}


async def test_an_added_user_is_invited_and_shown_whole(world: World) -> None:
    admin = await world.admin(await world.platform(timezone="Europe/Berlin"))
    input = await newcomer(world, admin, phoneNumber="+1 (415) 555-0132")
    payload = await call(await world.client(admin), ADD, **input)
    ada = await User.get(email="ada@example.org")
    assert payload == {
        "user": {
            "id": user_id(ada),
            "email": "ada@example.org",
            "firstName": "Ada",
            "lastName": "Lovelace",
            "fullName": "Ada Lovelace",
            "initials": "AL",
            "phoneNumber": "+14155550132",
            "timezone": "Europe/Berlin",
            "platform": {"name": "Acme"},
            "role": {"name": "Viewer"},
            "status": "INVITED",
            "lastLoginAt": None,
            "mfa": {"enabled": False, "methods": [], "enrolledAt": None, "recoveryCodesLeft": 0},
            "sso": {"enabled": False, "provider": None, "linkedAt": None},
            "password": {"isSet": False, "changedAt": None, "expiresAt": None, "expired": False},
            "lockout": None,
            "invitation": {
                "sentAt": "2026-11-22T12:00:00Z",
                "expiresAt": "2026-11-25T12:00:00Z",
                "expired": False,
                "timesSent": 1,
                "invitedBy": {"fullName": "Grace Hopper"},
                "delivery": {"state": "QUEUED", "attempts": 0, "lastError": None, "sentAt": None},
            },
            "alerts": [],
            "disabledAt": None,
            "disabledReason": None,
            "createdAt": "2026-11-22T12:00:00Z",
            "updatedAt": "2026-11-22T12:00:00Z",
            "version": 1,
        },
        "errors": [],
    }


async def test_adding_queues_one_mail_with_a_live_link_and_records_one_event(world: World) -> None:
    admin = await world.admin()
    await call(await world.client(admin), ADD, **await newcomer(world, admin))
    ada = await User.get(email="ada@example.org")
    assert await outbox() == [("invitation", "ada@example.org", "QUEUED")]
    invitation = await Invitation.get(user_id=ada.id)
    assert invitation.token_hash == token_hash(await link_token("ada@example.org"))
    changes = [("firstName", None, "Ada"), ("lastName", None, "Lovelace"), ("email", None, "ada@example.org")]
    assert await trail() == [
        {
            "type": "user.added",
            "actor": "Grace Hopper",
            "target": ada.id,
            "changes": [*changes, ("role", None, "Viewer")],
        }
    ]


async def test_what_was_typed_is_put_into_its_normal_form(world: World) -> None:
    admin = await world.admin()
    typed = {"firstName": " Zoe\u0301 ", "lastName": "O\u2019\u202eNeil\u200b", "email": " Zoe\u0301@EXAMPLE.org "}
    user = (await call(await world.client(admin), ADD, **await newcomer(world, admin, **typed)))["user"]
    assert (user["firstName"], user["lastName"], user["email"]) == ("Zoé", "O’Neil", "Zoé@example.org")


async def test_markup_in_a_name_is_a_name(world: World) -> None:
    admin = await world.admin()
    user = (await call(await world.client(admin), ADD, **await newcomer(world, admin, lastName="<b>'\"; --")))["user"]
    assert user["lastName"] == "<b>'\"; --"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "\u3000",
        "\u200b",
        "x" * 101,
        "x" * 40_000,
        "A\nB",
        "A\rB",
        "A\tB",
        "A\x00B",
        "A\x1b[1m",
        "\ud800",
        "A\u2028B",
        "\U000e0100",
        "\u180b",
        "\u0301",
        "\u2800",
    ],
)
async def test_faults_of_all_fields_come_back_together(world: World, name: str) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    async with nothing_changes():
        payload = await call(
            ask,
            ADD,
            firstName=name,
            lastName=name,
            email="nobody",
            roleId="broken",
            phoneNumber="12",
            timezone="Mars/Olympus",
            idempotencyKey="",
        )
    fields = ["email", "firstName", "idempotencyKey", "lastName", "phoneNumber", "roleId", "timezone"]
    assert sorted(faults(payload)) == [("INVALID", field) for field in fields]
    assert payload["user"] is None


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@localhost",
        "ada@@example.org",
        "ada@exam ple.org",
        "ada@example..org",
        "ada@example.org,eve@example.org",
        "ada@example.org;eve@example.org",
        "ada@example.org eve@example.org",
        "Ada <ada@example.org>",
        "ada@example.org\r\nBcc: eve@example.org",
        "a\nda@example.org",
        "ada\x00@example.org",
        "ada\ud800@example.org",
        "x@corp.local",
        '"a b"@example.org',
        "a" * 65 + "@example.org",
        "a@" + "b" * 250 + ".org",
        "a" * 40_000,
    ],
)
async def test_a_malformed_address_is_invalid(world: World, email: str) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    async with nothing_changes():
        assert faults(await call(ask, ADD, **await newcomer(world, admin, email=email))) == [("INVALID", "email")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phoneNumber", ""),
        ("phoneNumber", "0301234567"),
        ("phoneNumber", "+49123456789012345"),
        ("phoneNumber", "+1415555\n0132"),
        ("phoneNumber", "+14155550132 x5"),
        ("phoneNumber", "\ud800"),
        ("timezone", ""),
        ("timezone", "europe/berlin"),
        ("timezone", "../etc/passwd"),
        ("timezone", "Europe/Berlin\x00"),
        ("timezone", "localtime"),
        ("idempotencyKey", " "),
        ("idempotencyKey", "a\x00b"),
        ("idempotencyKey", "x" * 256),
    ],
)
async def test_an_unknown_zone_a_malformed_phone_and_a_bad_key_are_invalid(
    world: World, field: str, value: str
) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    async with nothing_changes():
        payload = await call(ask, ADD, **await newcomer(world, admin, **{field: value}))
    assert faults(payload) == [("INVALID", field)]


async def test_a_role_of_another_platform_is_no_role(world: World) -> None:
    admin, other = await world.admin(), await world.platform("Other")
    ask, foreign = await world.client(admin), await world.role(other, "Viewer")
    async with nothing_changes():
        for id in (role_id(foreign), global_id("Role", admin.id), user_id(admin), "", "\x00"):
            payload = await call(ask, ADD, **await newcomer(world, admin, roleId=id))
            assert faults(payload) == [("INVALID", "roleId")]


@pytest.mark.parametrize(
    ("taken", "asked"),
    [
        ("ada@example.org", "ada@example.org"),
        ("ada@example.org", "ADA@Example.ORG"),
        ("Ada@example.org", " ada@example.org "),
        ("zoé@example.org", "ZOE\u0301@example.org"),
        ("ada@münchen.de", "ada@xn--mnchen-3ya.de"),
    ],
)
async def test_an_address_is_taken_on_every_platform_in_any_case_and_form(world: World, taken: str, asked: str) -> None:
    admin = await world.admin()
    await world.user(await world.platform("Other"), email=taken)
    ask = await world.client(admin)
    async with nothing_changes():
        payload = await call(ask, ADD, **await newcomer(world, admin, email=asked))
    assert faults(payload) == [("EMAIL_TAKEN", "email")]
    assert payload["errors"][0]["message"] == "Another account signs in with this address."
    assert payload["user"] is None


async def test_names_of_a_hundred_letters_and_an_address_of_the_longest_form_fit(world: World) -> None:
    admin = await world.admin()
    email = "ß" * 32 + "@" + ".".join(["b" * 61] * 3) + ".org"
    given = {"firstName": "e\u0301" * 100, "lastName": "\ufdfa" * 100, "email": email, "idempotencyKey": "k" * 255}
    payload = await call(await world.client(admin), ADD, **await newcomer(world, admin, **given))
    assert payload["errors"] == []
    assert payload["user"]["firstName"] == "é" * 100
    assert len((await everything())["users"]) == 2
