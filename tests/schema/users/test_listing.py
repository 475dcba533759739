"""The users page: one query for everything it shows."""

import pytest

from tests.conftest import StandingClock
from tests.world import World, role_id, user_id

pytestmark = pytest.mark.anyio

PAGE = """
query Page($search: String, $filter: UserFilter, $orderBy: UserOrder, $first: Int, $after: String, $last: Int,
           $before: String, $offset: Int) {
  users(search: $search, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last,
        before: $before, offset: $offset) {
    edges { cursor node { id fullName } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}
"""


def names(answer: object) -> list[str]:
    return [edge["node"]["fullName"] for edge in answer.data["users"]["edges"]]


async def test_users_come_by_last_name_then_first_name_whatever_case_and_accents(world: World) -> None:
    platform = await world.platform()
    admin = await world.admin(platform)
    for first, last in (("Émile", "Zola"), ("anna", "müller"), ("Anna", "Muller"), ("Bea", "MÜLLER"), ("Zoë", "abel")):
        await world.user(platform, first, last)
    ask = await world.client(admin)
    answer = await ask(PAGE)
    shown = names(answer)
    assert shown[:2] == ["Zoë abel", "Grace Hopper"]
    assert sorted(shown[2:4]) == ["Anna Muller", "anna müller"]
    assert shown[4:] == ["Bea MÜLLER", "Émile Zola"]
    assert answer.data["users"]["totalCount"] == 6


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("mul", ["Anna Müller"]),
        ("MÜL", ["Anna Müller"]),
        (" müller ", ["Anna Müller"]),
        ("%", []),
        ("_", []),
        ("er", []),
        ("", ["Grace Hopper", "Anna Müller"]),
        ("\x00", []),
        ("m" * 90_000, []),
        ("\ud800", []),
    ],
)
async def test_search_is_by_the_beginning_of_the_last_name(world: World, search: str, found: list[str]) -> None:
    platform = await world.platform()
    admin = await world.admin(platform)
    await world.user(platform, "Anna", "Müller")
    answer = await (await world.client(admin))(PAGE, search=search)
    assert names(answer) == found


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ({"status": ["ACTIVE"]}, ["Ann Active", "Grace Hopper", "Mia Mfa"]),
        ({"status": ["INVITED", "INACTIVE"]}, ["Dis Abled", "Ina Vited"]),
        ({"status": []}, []),
        ({"status": None}, ["Dis Abled", "Ann Active", "Grace Hopper", "Mia Mfa", "Ina Vited"]),
        ({"mfaEnabled": True}, ["Mia Mfa"]),
        ({"mfaEnabled": False, "status": ["ACTIVE"]}, ["Ann Active", "Grace Hopper"]),
        ({"ssoEnabled": True}, ["Ann Active"]),
        ({"lastLogin": {"never": True}, "status": ["ACTIVE"]}, ["Ann Active", "Grace Hopper"]),
        ({"lastLogin": {"never": False}}, ["Mia Mfa"]),
        ({"lastLogin": {"after": "2026-11-20T00:00:00Z", "before": "2026-11-22T00:00:00Z"}}, ["Mia Mfa"]),
        ({"lastLogin": {"before": "2026-11-20T00:00:00Z"}}, []),
        ({"createdAt": {"after": "2026-11-22T12:00:00+00:00"}}, []),
        ({"alerts": ["SECURITY_LOCKED_OUT", "DORMANT"]}, ["Ann Active"]),
        ({"text": "mi mf"}, ["Mia Mfa"]),
        ({"text": "ann.active@ex"}, ["Ann Active"]),
        ({"text": "ANN.ACTIVE@example.org"}, ["Ann Active"]),
        ({"text": "nobody"}, []),
        ({"text": "!"}, []),
        ({"text": "\x00"}, []),
        ({"text": "ﬃ" * 300 + "@"}, []),
        ({"text": "  "}, ["Dis Abled", "Ann Active", "Grace Hopper", "Mia Mfa", "Ina Vited"]),
    ],
)
async def test_filters_hold_together_and_any_value_of_a_list_serves(
    world: World, clock: StandingClock, filter: dict, found: list[str]
) -> None:
    platform = await world.platform()
    admin = await world.admin(platform)
    seen = clock.now.replace(day=21)
    await world.user(platform, "Ann", "Active", email="ann.active@example.org", locked_at=clock.now, sso_linked_at=seen)
    await world.user(platform, "Mia", "Mfa", totp_confirmed_at=seen, last_login_at=seen)
    await world.user(platform, "Dis", "Abled", disabled_at=clock.now)
    await world.user(platform, "Ina", "Vited", invited=True)
    answer = await (await world.client(admin))(PAGE, filter=filter)
    assert names(answer) == found
    assert answer.data["users"]["totalCount"] == len(found)


async def test_a_role_filter_takes_ids_of_roles(world: World) -> None:
    platform = await world.platform()
    admin = await world.admin(platform)
    await world.user(platform, "Vi", "Ewer")
    ask = await world.client(admin)
    viewers = role_id(await world.role(platform, "Viewer"))
    assert names(await ask(PAGE, filter={"roleId": [viewers]})) == ["Vi Ewer"]
    assert names(await ask(PAGE, filter={"roleId": [user_id(admin)]})) == []
    assert (await ask(PAGE, filter={"roleId": ["nonsense"]})).codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    "instant",
    ["2026-11-01", "x", "2026-11-01T00:00:00", "0001-01-01T00:00:00+23:59", "2026-W47-7T12:00:00Z", "20261122T120000Z"],
)
@pytest.mark.parametrize("written", ["literal", "variable"])
async def test_what_is_no_instant_is_the_clients_mistake(world: World, instant: str, written: str) -> None:
    ask = await world.client(await world.admin())
    if written == "variable":
        answer = await ask(PAGE, filter={"createdAt": {"before": instant}})
    else:
        answer = await ask(f'{{ users(filter: {{createdAt: {{before: "{instant}"}}}}) {{ totalCount }} }}')
    assert answer.codes == ["BAD_USER_INPUT"]


async def test_a_list_of_values_may_repeat_itself(world: World) -> None:
    ask = await world.client(await world.admin())
    assert names(await ask(PAGE, filter={"alerts": ["DORMANT"] * 1500, "status": ["ACTIVE"] * 1500})) == []


async def test_a_whole_id_finds_its_user(world: World) -> None:
    platform = await world.platform()
    admin = await world.admin(platform)
    ann = await world.user(platform, "Ann", "Active")
    assert names(await (await world.client(admin))(PAGE, filter={"text": user_id(ann)})) == ["Ann Active"]


@pytest.mark.parametrize("field", ["LAST_NAME", "EMAIL", "CREATED_AT", "LAST_LOGIN_AT"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_cursors_lead_through_every_order_both_ways(
    world: World, clock: StandingClock, field: str, direction: str
) -> None:
    platform = await world.platform()
    admin = await world.admin(platform)
    for number in range(6):
        login = clock.now.replace(hour=number % 3) if number % 2 else None
        await world.user(platform, f"F{number}", f"L{number % 3}", last_login_at=login, email=f"u{number}@example.org")
    ask = await world.client(admin)
    order = {"field": field, "direction": direction}
    everybody = names(await ask(PAGE, orderBy=order, first=100))
    forwards, after = [], None
    while True:
        page = (await ask(PAGE, orderBy=order, first=2, after=after)).data["users"]
        forwards += [edge["node"]["fullName"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert forwards == everybody
    backwards, before = [], None
    while True:
        page = (await ask(PAGE, orderBy=order, last=3, before=before)).data["users"]
        backwards = [edge["node"]["fullName"] for edge in page["edges"]] + backwards
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert backwards == everybody
    assert names(await ask(PAGE, orderBy=order, first=2, offset=3)) == everybody[3:5]


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 0},
        {"first": 101},
        {"first": -1},
        {"last": 0},
        {"first": 1, "last": 1},
        {"offset": -1},
        {"offset": 1, "after": "x"},
        {"offset": 1, "last": 1},
        {"first": 1, "after": "x"},
        {"first": 1, "after": "AAAAAAAAW10="},
        {"first": 1, "before": "x"},
        {"last": 1, "after": "x"},
    ],
)
async def test_pages_that_make_no_sense_are_refused(world: World, arguments: dict) -> None:
    answer = await (await world.client(await world.admin()))(PAGE, **arguments)
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.body["data"] is None


async def test_a_cursor_of_another_order_or_filter_is_refused(world: World) -> None:
    ask = await world.client(await world.admin())
    cursor = (await ask(PAGE)).data["users"]["pageInfo"]["endCursor"]
    assert (await ask(PAGE, after=cursor)).codes == []
    assert (await ask(PAGE, after=cursor, orderBy={"field": "EMAIL"})).codes == ["BAD_USER_INPUT"]
    assert (await ask(PAGE, after=cursor, orderBy={"field": "LAST_NAME", "direction": "DESC"})).codes == [
        "BAD_USER_INPUT"
    ]
    assert (await ask(PAGE, after=cursor, search="h")).codes == ["BAD_USER_INPUT"]


async def test_users_of_another_platform_do_not_exist(world: World) -> None:
    mine, other = await world.platform("Mine"), await world.platform("Other")
    admin, stranger = await world.admin(mine), await world.user(other, "Stran", "Ger")
    ask = await world.client(admin)
    assert names(await ask(PAGE)) == ["Grace Hopper"]
    document = "query ($id: ID!) { user(id: $id) { id } node(id: $id) { id } }"
    assert (await ask(document, id=user_id(stranger))).data == {"user": None, "node": None}
    assert (await ask(document, id="bm90aGluZw")).codes == ["BAD_USER_INPUT", "BAD_USER_INPUT"]
    wrong_type = role_id(await world.role(mine))
    assert (await ask("query ($id: ID!) { user(id: $id) { id } }", id=wrong_type)).data == {"user": None}


async def test_without_a_session_nothing_but_the_viewer_answers(world: World) -> None:
    await world.admin()
    ask = await world.client()
    assert (await ask("{ viewer { id } }")).data == {"viewer": None}
    for document in ("{ users { totalCount } }", "{ roles { id } }", "{ platform { id } }", '{ user(id: "x") { id } }'):
        assert (await ask(document)).codes == ["UNAUTHENTICATED"]
