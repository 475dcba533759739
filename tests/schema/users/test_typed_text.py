"""What administrators paste: it is stored, looked up and searched as if it had been typed without what came along."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.role import Role
from models.user import User
from tests.schema.account.documents import REQUEST_RESET, do, mails
from tests.schema.roles.test_roles import ADD as ADD_ROLE
from tests.schema.roles.test_roles import EDIT as EDIT_ROLE
from tests.schema.users.documents import ADD, CHANGE_EMAIL, DISABLE, EDIT, SIGN_IN, call, faults
from tests.schema.users.test_listing import PAGE, names
from tests.schema.users.witness import nothing_changes
from tests.world import PASSWORD, World, role_id, user_id

pytestmark = pytest.mark.anyio

PASTED = {
    "firstName": "\u200eZoe\u0301\u00a0",
    "lastName": "van\u3000\u00a0der Berg\r\n",
    "email": "\ufeffzoe@acme.example\u00a0",
    "phoneNumber": "\u202a+33\u202f6\u202f12\u202f34\u202f56\u202f78\u202c",
    "timezone": " Europe/Berlin\u200b",
}
CLEAN = {
    "firstName": "Zoé",
    "lastName": "van der Berg",
    "email": "zoe@acme.example",
    "phoneNumber": "+33612345678",
    "timezone": "Europe/Berlin",
}
UNSEEN = ["\u200b", "\u200e", "\u202e", "\u00ad", "\u2060", "\ufeff", "\ufe0f", "\u200d"]
SPACES = ["", " ", "\u00a0", "\u202f", "\u3000", "\t", "\n", "\u2028"]


async def test_a_user_is_added_and_edited_from_pasted_text(world: World) -> None:
    admin = await world.admin()
    ask, role = await world.client(admin), await world.role(await admin.platform, "Viewer")
    added = (await call(ask, ADD, **PASTED, roleId=role_id(role)))["user"]
    assert {field: added[field] for field in CLEAN} == CLEAN
    async with nothing_changes():
        same = {field: PASTED[field] for field in ("firstName", "lastName", "phoneNumber", "timezone")}
        assert (await call(ask, EDIT, id=added["id"], **same))["errors"] == []
        assert (await call(ask, CHANGE_EMAIL, id=added["id"], email=PASTED["email"]))["errors"] == []
    assert faults(await call(ask, ADD, **PASTED, roleId=role_id(role))) == [("EMAIL_TAKEN", "email")]


async def test_a_role_and_a_reason_are_kept_without_what_cannot_be_seen(world: World) -> None:
    admin = await world.admin()
    ask, ada = await world.client(admin), await world.user(await admin.platform)
    role = (await call(ask, ADD_ROLE, name="\u200bFront\u00a0 desk", description=" Says\u00ad hello ", permissions=[]))[
        "role"
    ]
    assert (role["name"], role["description"]) == ("Front desk", "Says hello")
    assert faults(await call(ask, ADD_ROLE, name="Front desk\u200e", permissions=[])) == [("INVALID", "name")]
    disabled = await call(ask, DISABLE, id=user_id(ada), reason="\u202aLeft\u00a0 us\u202c\n")
    assert disabled["user"]["disabledReason"] == "Left us"
    bea = await world.user(await admin.platform)
    assert (await call(ask, DISABLE, id=user_id(bea), reason="\u200b\u00a0"))["user"]["disabledReason"] is None


@pytest.mark.parametrize(
    ("search", "text"),
    [
        ("\u200fכהן", "\u200fכהן\u200f"),
        ("כ\u200bהן\u00a0", "דוד\u00a0\u00a0כהן"),
        ("\u202bכהן\u202c", "\u2067דוד  כהן\u2069"),
        ("כהן", "\ufeffDavid@acme.example\u00a0"),
    ],
)
async def test_a_pasted_search_finds_the_same_people(world: World, search: str, text: str) -> None:
    admin = await world.admin()
    await world.user(await admin.platform, "דוד", "כהן", email="david@acme.example")
    ask = await world.client(admin)
    assert names(await ask(PAGE, search=search)) == ["דוד כהן"]
    assert names(await ask(PAGE, filter={"text": text})) == ["דוד כהן"]


async def test_two_spaces_and_invisible_marks_make_no_other_search(world: World) -> None:
    admin = await world.admin()
    cohen = await world.user(await admin.platform, "Ada", "van der Berg")
    await world.user(await admin.platform, "Bea", "van der Berg")
    ask = await world.client(admin)
    assert names(await ask(PAGE, search="van  der\u00a0berg")) == ["Ada van der Berg", "Bea van der Berg"]
    assert names(await ask(PAGE, filter={"text": f"\u200b {user_id(cohen)}\u00a0"})) == ["Ada van der Berg"]
    first = (await ask(PAGE, search="van der", first=1)).data["users"]
    rest = await ask(PAGE, search="\u200evan  der ", first=1, after=first["pageInfo"]["endCursor"])
    assert names(rest) == ["Bea van der Berg"]
    everybody = ["Ada van der Berg", "Bea van der Berg", "Grace Hopper"]
    for blank in ("", " ", "\u200b\u00a0"):
        assert sorted(names(await ask(PAGE, search=blank))) == everybody
        assert sorted(names(await ask(PAGE, filter={"text": blank}))) == everybody


async def test_a_pasted_address_signs_in_and_gets_a_reset(world: World) -> None:
    ada = await world.user(await world.platform(), email="ada@acme.example")
    ask, pasted = await world.client(), "\u202aAda@acme.example\u202c\u00a0\n"
    assert (await call(ask, SIGN_IN, email=pasted, password=PASSWORD))["session"]["user"]["id"] == user_id(ada)
    assert await do(ask, REQUEST_RESET, email=pasted) == {"errors": []}
    assert await mails(ada) == ["password_reset"]


async def test_a_password_is_taken_as_it_was_typed(world: World) -> None:
    await world.user(await world.platform(), email="ada@acme.example")
    ask = await world.client()
    for typed in (f"{PASSWORD} ", f"\u200b{PASSWORD}", PASSWORD.replace(" ", "\u00a0"), PASSWORD.upper()):
        payload = await call(ask, SIGN_IN, email="ada@acme.example", password=typed)
        assert faults(payload) == [("INVALID_CREDENTIALS", None)]
        await User.all().update(failed_sign_ins=0)


@pytest.mark.parametrize(
    "letter", ["\x00", "\x07", "\x1f", "\x7f", "\x9f", "\u2028", "\ud800", "\ue000", "\uffff", "\t"]
)
async def test_text_with_a_character_that_cannot_be_shown_is_refused_everywhere(world: World, letter: str) -> None:
    admin = await world.admin()
    platform = await admin.platform
    ask, ada, text = await world.client(admin), await world.user(platform), f"a{letter}b"
    role, new = await Role.create(**await a_role(platform, world)), await world.role(platform, "Viewer")
    email, phone = f"a{letter}b@acme.example", f"+1415{letter}5550132"
    asked: list[tuple[str, dict[str, Any]]] = [
        (ADD, {"firstName": text, "lastName": text, "email": email, "phoneNumber": phone, "timezone": text,
               "idempotencyKey": text, "roleId": role_id(new)}),
        (EDIT, {"id": user_id(ada), "firstName": text, "lastName": text, "phoneNumber": phone, "timezone": text}),
        (CHANGE_EMAIL, {"id": user_id(ada), "email": email}),
        (DISABLE, {"id": user_id(ada), "reason": text}),
        (ADD_ROLE, {"name": text, "description": text, "permissions": []}),
        (EDIT_ROLE, {"id": role_id(role), "name": text, "description": text}),
    ]  # fmt: skip
    async with nothing_changes():
        for document, input in asked:
            refused = [("INVALID", field) for field in sorted({*input} - {"id", "roleId", "permissions"})]
            assert sorted(faults(await call(ask, document, **input))) == refused


@given(data=st.data())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_dressed_up_name_is_stored_as_its_plain_form_and_found(world: World, data: st.DataObject) -> None:
    await User.all().delete()
    await Role.all().delete()
    admin = await world.admin()
    plain = data.draw(st.text("abcßéΩдכक字", min_size=1, max_size=8))
    unseen, space = st.sampled_from(["", *UNSEEN[:-2]]), st.sampled_from(SPACES)
    dressed = (
        data.draw(space)
        + "".join(data.draw(unseen) + letter + data.draw(unseen) for letter in plain)
        + data.draw(space)
    )
    ask, role = await world.client(admin), await world.role(await admin.platform, "Viewer")
    given = {"firstName": dressed, "lastName": dressed, "email": "new@acme.example", "roleId": role_id(role)}
    user = (await call(ask, ADD, **given))["user"]
    assert (user["firstName"], user["lastName"]) == (plain, plain)
    for form in (plain, dressed):
        assert f"{plain} {plain}" in names(await ask(PAGE, search=form))
        assert f"{plain} {plain}" in names(await ask(PAGE, filter={"text": form}))


async def a_role(platform: Any, world: World) -> dict[str, Any]:
    facts = {"name": "Desk", "name_key": "desk", "description": "", "permissions": [], "created_at": world.clock.now}
    return {"id": uuid4(), "platform_id": platform.id, **facts}
