"""One address in another spelling, and names typed without their letters: whoever looks for them finds them."""

from typing import Any

import pytest

from models.idempotency import IdempotencyRecord
from models.mail import Mail
from models.user import User
from services.idempotency import input_hash
from tests.schema.account.documents import REQUEST_RESET
from tests.schema.users.documents import ADD, CHANGE_EMAIL, SIGN_IN, call, faults
from tests.schema.users.test_add import newcomer
from tests.schema.users.witness import nothing_changes, outbox
from tests.world import PASSWORD, Client, World, user_id

pytestmark = pytest.mark.anyio

STORED = "Ida@bücher.example"
SPELLINGS = [
    "ida@bücher.example",
    "IDA@BÜCHER.example",
    "Ida@xn--bcher-kva.example",
    "ida@XN--BCHER-KVA.EXAMPLE",
    "ida@bu\u0308cher.example",
    "ida@ｂüｃｈｅｒ．example",
    "\u200b ida@b\u00adücher.example\ufeff",
]
LISTED = """query ($search: String, $text: String, $orderBy: UserOrder) {
  users(search: $search, filter: {text: $text}, orderBy: $orderBy) { nodes { lastName email } } }"""


async def found(ask: Client, wanted: str = "email", **asked: Any) -> list[str]:
    return [node[wanted] for node in (await ask(LISTED, **asked)).data["users"]["nodes"]]


@pytest.mark.parametrize("typed", SPELLINGS)
async def test_every_spelling_of_an_address_signs_in_resets_and_finds(world: World, typed: str) -> None:
    admin = await world.admin(email="admin@example.org")
    ida = await world.user(await admin.platform, email=STORED)
    anybody = await world.client()
    payload = await call(anybody, SIGN_IN, email=typed, password=PASSWORD)
    assert payload["errors"] == []
    assert (payload["session"]["user"]["id"], payload["session"]["user"]["email"]) == (user_id(ida), STORED)
    await anybody(REQUEST_RESET, email=typed)
    assert await outbox() == [("password_reset", STORED, "QUEUED")]
    assert await found(await world.client(admin), text=typed) == [STORED]


@pytest.mark.parametrize("typed", [spelling for spelling in SPELLINGS if "\u200b" not in spelling])
async def test_every_spelling_of_an_address_in_use_is_taken(world: World, typed: str) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    await world.user(await world.platform("Other"), email=STORED)
    target = await world.user(await admin.platform)
    async with nothing_changes():
        assert faults(await call(ask, ADD, **await newcomer(world, admin, email=typed))) == [("EMAIL_TAKEN", "email")]
        assert faults(await call(ask, CHANGE_EMAIL, id=user_id(target), email=typed)) == [("EMAIL_TAKEN", "email")]


async def test_the_same_address_in_punycode_is_no_change(world: World) -> None:
    admin = await world.admin()
    ida, ask = await world.user(await admin.platform, email=STORED), await world.client(admin)
    async with nothing_changes():
        payload = await call(ask, CHANGE_EMAIL, id=user_id(ida), email="Ida@xn--bcher-kva.example")
    assert (payload["errors"], payload["user"]["email"], payload["user"]["version"]) == ([], STORED, 1)


@pytest.mark.parametrize("text", ["bücher", "BUCHER", "xn--bcher-kva", "ida xn--bch", "ida@xn--bcher", "ida@büch"])
async def test_words_of_both_forms_of_a_domain_find(world: World, text: str) -> None:
    admin = await world.admin(email="admin@example.org")
    await world.user(await admin.platform, email=STORED)
    assert await found(await world.client(admin), text=text) == [STORED]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ss@strasse.example", "ss@straße.example"),
        ("ss@example.org", "ß@example.org"),
        ("ida@example.org", "ıda@example.org"),
    ],
)
async def test_addresses_whose_mail_goes_apart_are_two_accounts(world: World, first: str, second: str) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    for email in (first, second):
        assert faults(await call(ask, ADD, **await newcomer(world, admin, email=email))) == []
    assert {mail.recipient for mail in await Mail.all()} == {first, second}
    assert await User.filter(email__in=[first, second]).count() == 2
    assert await found(ask, text=first) == [first]


async def test_a_repeat_that_spells_the_address_otherwise_is_the_same_request(world: World) -> None:
    admin = await world.admin()
    ask, input = await world.client(admin), await newcomer(world, admin, email=STORED, idempotencyKey="k")
    first = await call(ask, ADD, **input)
    async with nothing_changes():
        for email in SPELLINGS[:5]:
            assert (
                await call(ask, ADD, **input | {"email": email, "firstName": f" {input['firstName']}\u200b"}) == first
            )


async def test_a_repeat_of_a_request_that_the_version_before_remembered_is_the_same_request(world: World) -> None:
    admin = await world.admin()
    ask, input = await world.client(admin), await newcomer(world, admin, email=STORED, idempotencyKey="k")
    first = await call(ask, ADD, **input)
    ida = await User.get(email=STORED)
    typed = {
        "first_name": input["firstName"], "last_name": input["lastName"], "email": STORED, "role_id": ida.role_id,
        "phone_number": None, "timezone": None,
    }  # fmt: skip
    await IdempotencyRecord.all().update(input_hash=input_hash(typed))
    async with nothing_changes():
        assert await call(ask, ADD, **input) == first


@pytest.mark.parametrize(
    ("name", "searches"),
    [
        ("Wałęsa", ["walesa", "WALESA", "wałe", "Wal"]),
        ("Sørensen", ["sorensen", "SØRENSEN"]),
        ("Yıldız", ["YILDIZ", "yildiz"]),
        ("O’Neill", ["O'Neill", "oʼneill", "o`n", "O´Neill"]),
        ("van der Berg", ["van  der", "van ", "van\u00a0der b", "VAN DER BERG "]),
        ("Jean‑Luc", ["jean-luc", "Jean–L"]),
        ("Ste\u200dphen", ["stephen"]),
        ("Þórðarson", ["thordarson"]),
    ],
)
async def test_a_last_name_is_found_however_its_letters_are_typed(world: World, name: str, searches: list[str]) -> None:
    admin = await world.admin(email="admin@example.org")
    await world.user(await admin.platform, "Max", name, email="max@example.org")
    ask = await world.client(admin)
    for typed in searches:
        assert await found(ask, "lastName", search=typed) == [name]
        assert await found(ask, "lastName", text=typed) == [name]


async def test_names_are_sorted_by_the_letters_they_resemble(world: World) -> None:
    admin = await world.admin(last_name="Åberg")
    names = ["Østergård", "Zimmermann", "Łukasz", "Lopez", "Nowak", "Đukić", "Æsir"]
    for name in names:
        await world.user(await admin.platform, "Max", name)
    order = {"field": "LAST_NAME", "direction": "ASC"}
    assert await found(await world.client(admin), "lastName", orderBy=order) == [
        *("Åberg", "Æsir", "Đukić", "Lopez", "Łukasz", "Nowak", "Østergård", "Zimmermann")
    ]
