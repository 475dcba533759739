"""The platform always keeps an active administrator, however many of them change each other at once."""

from functools import partial

import pytest

from models.role import Permission, Role
from models.user import User
from services.adding import NewUser, add_user
from services.editing import change_user_role, edit_user
from services.lifecycle import delete_user, disable_user
from services.roles import add_role, delete_role, edit_role
from tests.invariants import broken_invariants
from tests.races.conftest import ROUNDS, at_once, every_round, two_administrators
from tests.world import World

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@every_round
async def test_of_two_administrators_who_disable_each_other_one_remains(world: World) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, bob = await two_administrators(world, round)
        as_ann, as_bob = await world.actor(ann), await world.actor(bob)
        outcomes = await at_once(
            round,
            ann=partial(disable_user, as_ann, bob.id, now=now),
            bob=partial(disable_user, as_bob, ann.id, now=now),
        )
        assert sorted(outcomes.values()) == ["FORBIDDEN", "done"]
        assert await broken_invariants(now) == []


@every_round
async def test_of_two_administrators_who_demote_each_other_one_remains(world: World) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, bob = await two_administrators(world, round)
        as_ann, as_bob = await world.actor(ann), await world.actor(bob)
        viewer = (await world.role(as_ann.platform, "Viewer")).id
        outcomes = await at_once(
            round,
            ann=partial(change_user_role, as_ann, bob.id, viewer, now=now),
            bob=partial(change_user_role, as_bob, ann.id, viewer, now=now),
        )
        assert sorted(outcomes.values()) == ["FORBIDDEN", "done"]
        assert await broken_invariants(now) == []


@every_round
async def test_a_third_who_disables_two_administrators_in_two_requests_keeps_himself(world: World) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, bob = await two_administrators(world, round)
        as_ann, as_bob = await world.actor(ann), await world.actor(bob)
        outcomes = await at_once(
            round,
            delete=partial(delete_user, as_ann, bob.id, now=now),
            disable=partial(disable_user, as_bob, ann.id, now=now),
            demote=partial(change_user_role, as_ann, bob.id, as_ann.user.role_id, now=now),
        )
        assert [outcomes["delete"], outcomes["disable"]].count("done") == 1
        assert await broken_invariants(now) == []


@every_round
async def test_a_role_loses_permissions_while_its_holder_demotes_the_other_administrator(world: World) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, bob = await two_administrators(world, round)
        boss = await add_role(await world.actor(ann), "Boss", list(Permission), now=now)
        await User.filter(id=bob.id).update(role_id=boss.id)
        as_ann, as_bob = await world.actor(ann), await world.actor(bob)
        viewer = (await world.role(as_ann.platform, "Viewer")).id
        outcomes = await at_once(
            round,
            edit=partial(edit_role, as_ann, boss.id, permissions=[Permission.USERS_READ], now=now),
            demote=partial(change_user_role, as_bob, ann.id, viewer, now=now),
        )
        assert sorted(outcomes.values()) == ["FORBIDDEN", "done"]
        assert await broken_invariants(now) == []


@every_round
async def test_a_role_is_deleted_while_it_is_given_to_people(world: World) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, bob = await two_administrators(world, round)
        as_ann, as_bob = await world.actor(ann), await world.actor(bob)
        role = await add_role(as_ann, "Guests", [Permission.USERS_READ], now=now)
        carl = await world.user(as_ann.platform, "Carl")
        new = NewUser("Dora", "New", f"dora{round}@example.org", role.id)
        outcomes = await at_once(
            round,
            delete=partial(delete_role, as_ann, role.id, now=now),
            change=partial(change_user_role, as_bob, carl.id, role.id, now=now),
            add=partial(add_user, as_bob, new, now=now, vault=world.vault),
        )
        kept = await Role.exists(id=role.id)
        expected = {"delete": "ROLE_IN_USE"} if kept else {"delete": "done", "change": "INVALID", "add": "INVALID"}
        assert outcomes | expected == outcomes
        assert not kept or "done" in (outcomes["change"], outcomes["add"])
        assert await broken_invariants(now) == []


@every_round
async def test_people_who_edit_each_other_while_a_third_is_disabled_never_block_each_other(world: World) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, bob = await two_administrators(world, round)
        as_ann, as_bob = await world.actor(ann), await world.actor(bob)
        carl = await world.user(as_ann.platform, "Carl")
        outcomes = await at_once(
            round,
            ann_edits_bob=partial(edit_user, as_ann, bob.id, first_name="Bobby", now=now),
            bob_edits_ann=partial(edit_user, as_bob, ann.id, first_name="Anna", now=now),
            ann_disables_carl=partial(disable_user, as_ann, carl.id, now=now),
            bob_edits_carl=partial(edit_user, as_bob, carl.id, first_name="Karl", now=now),
        )
        assert set(outcomes.values()) == {"done"}
        assert await broken_invariants(now) == []
