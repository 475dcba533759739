"""Disabling, deleting and unlocking somebody who is doing things at the same moment."""

from functools import partial

import pytest

from models.audit_event import AuditEvent
from models.invitation import Invitation
from models.session import Session
from models.user import User
from services.accepting import accept_invitation
from services.editing import change_user_email, edit_user
from services.invitations import resend_invitation
from services.lifecycle import delete_user, disable_user, revoke_user_sessions, unlock_user
from services.mfa import reset_user_mfa
from services.own_account import revoke_session
from services.passwords import Hasher
from services.resets import send_password_reset
from services.signing_in import sign_in
from services.tokens import new_token, token_hash
from tests.invariants import broken_invariants
from tests.races.conftest import ORIGIN, ROUNDS, at_once, every_round, two_administrators
from tests.schema.users.witness import everything
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@every_round
async def test_nobody_stays_signed_in_who_is_disabled_while_signing_in(world: World, hasher: Hasher) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, _ = await two_administrators(world, round)
        as_ann = await world.actor(ann)
        carl = await world.user(as_ann.platform, "Carl")
        outcomes = await at_once(
            round,
            disable=partial(disable_user, as_ann, carl.id, now=now),
            sign_in=partial(sign_in, ORIGIN, carl.email, PASSWORD, now=now, hasher=hasher),
        )
        assert outcomes["disable"] == "done"
        assert outcomes["sign_in"] in ("done", "INVALID_CREDENTIALS")
        assert await Session.filter(user_id=carl.id).count() == 0
        assert await broken_invariants(now) == []


@every_round
async def test_a_rename_never_revives_whoever_is_disabled_at_the_same_time(world: World) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, bob = await two_administrators(world, round)
        as_ann, as_bob = await world.actor(ann), await world.actor(bob)
        carl = await world.user(as_ann.platform, "Carl")
        outcomes = await at_once(
            round,
            disable=partial(disable_user, as_ann, carl.id, now=now),
            rename=partial(edit_user, as_bob, carl.id, first_name="Karl", now=now),
        )
        assert set(outcomes.values()) == {"done"}
        after = await world.whole(carl.id)
        assert (after.disabled_at, after.first_name, after.version) == (now, "Karl", 3)
        assert await broken_invariants(now) == []


@every_round
async def test_an_invitation_is_accepted_or_replaced_and_never_both(world: World, hasher: Hasher) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, bob = await two_administrators(world, round)
        as_ann, as_bob = await world.actor(ann), await world.actor(bob)
        carl, token = await world.user(as_ann.platform, "Carl", invited=True), new_token()
        await Invitation.filter(user_id=carl.id).update(token_hash=token_hash(token))
        outcomes = await at_once(
            round,
            accept=partial(accept_invitation, ORIGIN, token, PASSWORD, now=now, hasher=hasher),
            again=partial(accept_invitation, ORIGIN, token, PASSWORD, now=now, hasher=hasher),
            resend=partial(resend_invitation, as_ann, carl.id, now=now, vault=world.vault),
            readdress=partial(
                change_user_email, as_bob, carl.id, f"carl{round}@example.org", now=now, vault=world.vault
            ),
        )
        accepted = [outcomes["accept"], outcomes["again"]]
        assert outcomes["readdress"] == "done"
        assert sorted(accepted) in (["INVALID_TOKEN", "INVALID_TOKEN"], ["INVALID_TOKEN", "done"])
        assert outcomes["resend"] == ("NOT_INVITED" if "done" in accepted else "done")
        assert await broken_invariants(now) == []


@every_round
async def test_whoever_is_deleted_leaves_nothing_whatever_else_happens(world: World, hasher: Hasher) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, bob = await two_administrators(world, round)
        platform = await ann.platform
        zoe = await world.admin(platform, first_name=f"Zoe{round}", email=f"zoe{round}@example.org")
        carl = await world.user(platform, "Carl", invited=True)
        as_ann, as_bob, as_zoe = await world.actor(ann), await world.actor(bob), await world.actor(zoe)
        outcomes = await at_once(
            round,
            delete=partial(delete_user, as_ann, zoe.id, now=now),
            delete_too=partial(delete_user, as_bob, zoe.id, now=now),
            edit=partial(edit_user, as_bob, zoe.id, first_name="Renamed", now=now),
            disable=partial(disable_user, as_bob, zoe.id, now=now),
            reset=partial(send_password_reset, as_bob, zoe.id, now=now, vault=world.vault),
            mfa=partial(reset_user_mfa, as_bob, zoe.id, now=now),
            revoke=partial(revoke_user_sessions, as_bob, zoe.id, now=now),
            revoke_one=partial(revoke_session, as_bob, as_zoe.session.id, now=now),
            sign_in=partial(sign_in, ORIGIN, zoe.email, PASSWORD, now=now, hasher=hasher),
            resend=partial(resend_invitation, as_zoe, carl.id, now=now, vault=world.vault),
            resend_too=partial(resend_invitation, as_bob, carl.id, now=now, vault=world.vault),
            demote=partial(disable_user, as_zoe, bob.id, now=now),
            refused=partial(delete_user, as_zoe, zoe.id, now=now),
        )
        assert [outcomes["delete"], outcomes["delete_too"]].count("done") == 1
        assert set(outcomes.values()) <= {
            "done",
            "NOT_FOUND",
            "FORBIDDEN",
            "OWN_ACCOUNT",
            "INVALID_CREDENTIALS",
            "NOT_ACTIVE",
        }
        rows = repr(await everything())
        assert f"Zoe{round}" not in rows
        assert f"zoe{round}@" not in rows
        assert await broken_invariants(now) == []


@every_round
async def test_failures_from_before_an_unlock_never_lock_again(world: World, hasher: Hasher) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, _ = await two_administrators(world, round)
        as_ann = await world.actor(ann)
        facts = {"failed_sign_ins": 5, "locked_at": now}
        carl = await world.user(as_ann.platform, "Carl", **facts)

        guess = partial(sign_in, ORIGIN, carl.email, "not the password", now=now, hasher=hasher)
        outcomes = await at_once(
            round,
            unlock=partial(unlock_user, as_ann, carl.id, now=now),
            **{f"guess{number}": guess for number in range(4)},
        )
        assert outcomes.pop("unlock") == "done"
        assert set(outcomes.values()) == {"INVALID_CREDENTIALS"}
        after = await User.get(id=carl.id)
        assert after.locked_at is None
        assert after.failed_sign_ins <= 4
        assert await broken_invariants(now) == []


@every_round
async def test_every_lock_has_its_event_while_an_administrator_unlocks(world: World, hasher: Hasher) -> None:
    now = world.clock.now
    for round in range(ROUNDS):
        ann, _ = await two_administrators(world, round)
        as_ann = await world.actor(ann)
        carl = await world.user(as_ann.platform, "Carl", failed_sign_ins=3)

        guess = partial(sign_in, ORIGIN, carl.email, "not the password", now=now, hasher=hasher)
        await at_once(
            round,
            unlock=partial(unlock_user, as_ann, carl.id, now=now),
            **{f"guess{number}": guess for number in range(4)},
        )
        locks = await AuditEvent.filter(target_id=carl.id, type="user.locked").count()
        lifted = await AuditEvent.filter(
            target_id=carl.id, type="user.unlocked", changes__contains=[{"field": "lockedAt"}]
        )
        after = await User.get(id=carl.id)
        assert locks - len(lifted) == (0 if after.locked_at is None else 1)
        assert await broken_invariants(now) == []
