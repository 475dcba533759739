"""`addUser` again and at once: one user and one mail, however often it is asked."""

import asyncio
from typing import Any

import pytest

from models.user import User
from tests.conftest import StandingClock
from tests.schema.users.documents import ADD, call, faults
from tests.schema.users.test_add import newcomer
from tests.schema.users.witness import nothing_changes, outbox, trail
from tests.world import World, user_id

pytestmark = pytest.mark.anyio

KEY = "b9a1c7f2"


async def at_once(world: World, admin: User, times: int, **given: Any) -> list[dict[str, Any]]:
    ask = await world.client(admin)
    input = await newcomer(world, admin, **given)
    return await asyncio.gather(*(call(ask, ADD, **input) for _ in range(times)))


async def test_a_repeat_with_the_key_gives_the_first_user_and_sends_nothing(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    ask, input = await world.client(admin), await newcomer(world, admin, idempotencyKey=KEY)
    first = await call(ask, ADD, **input)
    clock.advance(seconds=59)
    async with nothing_changes():
        assert await call(ask, ADD, **input) == first


@pytest.mark.parametrize(
    "other",
    [{"firstName": "Eve"}, {"email": "eve@example.org"}, {"phoneNumber": "+14155550132"}, {"timezone": "UTC"}],
)
async def test_the_key_with_another_input_is_a_mismatch(world: World, other: dict[str, str]) -> None:
    admin = await world.admin()
    ask, input = await world.client(admin), await newcomer(world, admin, idempotencyKey=KEY)
    await call(ask, ADD, **input)
    async with nothing_changes():
        payload = await call(ask, ADD, **input | other)
    assert faults(payload) == [("IDEMPOTENCY_MISMATCH", "idempotencyKey")]
    assert payload["user"] is None


async def test_a_refused_request_leaves_the_key_free(world: World) -> None:
    admin = await world.admin()
    ask, input = await world.client(admin), await newcomer(world, admin, idempotencyKey=KEY)
    async with nothing_changes():
        assert faults(await call(ask, ADD, **input | {"email": "ada"})) == [("INVALID", "email")]
    assert faults(await call(ask, ADD, **input)) == []


async def test_a_key_is_remembered_for_24_hours_and_then_serves_anew(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    input = await newcomer(world, admin, idempotencyKey=KEY)
    first = await call(await world.client(admin), ADD, **input)
    clock.advance(hours=24, seconds=-1)
    assert (await call(await world.client(admin), ADD, **input))["user"]["id"] == first["user"]["id"]
    clock.advance(seconds=1)
    ask = await world.client(admin)
    assert faults(await call(ask, ADD, **input)) == [("EMAIL_TAKEN", "email")]
    second = await call(ask, ADD, **input | {"email": "eve@example.org"})
    assert (second["errors"], second["user"]["email"]) == ([], "eve@example.org")
    assert await User.all().count() == 3


async def test_the_same_key_of_two_administrators_is_two_keys(world: World) -> None:
    platform = await world.platform()
    for number in (1, 2):
        admin = await world.admin(platform)
        input = await newcomer(world, admin, idempotencyKey=KEY, email=f"u{number}@example.org")
        assert faults(await call(await world.client(admin), ADD, **input)) == []
    assert await User.all().count() == 4


async def test_spaces_around_a_key_do_not_count(world: World) -> None:
    admin = await world.admin()
    ask, input = await world.client(admin), await newcomer(world, admin, idempotencyKey=KEY)
    first = await call(ask, ADD, **input)
    async with nothing_changes():
        assert await call(ask, ADD, **input | {"idempotencyKey": f" {KEY}" + " " * 300}) == first


async def test_twenty_at_once_with_a_key_are_one_user_one_mail_and_twenty_equal_answers(world: World) -> None:
    admin = await world.admin()
    answers = await at_once(world, admin, 20, idempotencyKey=KEY)
    ada = await User.get(email="ada@example.org")
    assert answers[0]["user"]["id"] == user_id(ada)
    assert answers == [answers[0]] * 20
    assert await outbox() == [("invitation", "ada@example.org", "QUEUED")]
    assert [event["type"] for event in await trail()] == ["user.added"]


async def test_twenty_at_once_with_an_old_key_are_one_user_too(world: World, clock: StandingClock) -> None:
    admin = await world.admin()
    await at_once(world, admin, 1, idempotencyKey=KEY, email="old@example.org")
    clock.advance(hours=24)
    answers = await at_once(world, admin, 20, idempotencyKey=KEY)
    assert (answers[0]["errors"], answers) == ([], [answers[0]] * 20)
    assert len(await outbox()) == 2


async def test_twenty_at_once_without_a_key_are_one_user_and_nineteen_refusals(world: World) -> None:
    admin = await world.admin()
    answers = await at_once(world, admin, 20)
    refusals = [faults(answer) for answer in answers]
    assert sorted(refusals) == [[]] + [[("EMAIL_TAKEN", "email")]] * 19
    assert await User.filter(email="ada@example.org").count() == 1
    assert await outbox() == [("invitation", "ada@example.org", "QUEUED")]
    assert [event["type"] for event in await trail()] == ["user.added"]
