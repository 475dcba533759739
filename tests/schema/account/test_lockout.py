"""The lock: after the policy's number of failures, for its minutes, and never by what came before an unlock."""

from typing import Any

import pytest

from models.audit_event import AuditEvent
from models.mail import Mail, MailKind
from models.user import User
from services.actor import Origin
from services.attempts import count_attempt, lock_if_due
from services.housekeeping import tidy_up
from tests.conftest import T0, StandingClock
from tests.schema.account.documents import (
    CHANGE,
    NEW_PASSWORD,
    RESET,
    VERIFY,
    challenged,
    codes,
    counting,
    do,
    mails,
    on_user,
    requested_link,
    sign_in,
    sign_in_wrongly,
    with_mfa,
    wrong_code,
)
from tests.world import PASSWORD, World, user_id

pytestmark = pytest.mark.anyio
UNLOCK = on_user("unlockUser")


async def locked(user: User) -> bool:
    return (await User.get(id=user.id)).locked_at is not None


async def test_four_failures_do_not_lock_and_the_fifth_does(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    await sign_in_wrongly(world, ada, 4)
    assert not await locked(ada)
    assert await mails(ada) == []
    await sign_in_wrongly(world, ada)
    fresh = await User.get(id=ada.id)
    assert (fresh.failed_sign_ins, fresh.locked_at) == (5, clock.now)
    assert codes(await sign_in(world, ada)) == ["INVALID_CREDENTIALS"]
    assert await world.events() == ["user.locked"]
    assert await mails(ada) == ["account_locked"]
    assert (await Mail.get()).facts["ends_at"] == "2026-11-22 12:15 UTC"


async def test_a_success_before_the_fifth_begins_the_count_anew(world: World) -> None:
    ada = await world.user(await world.platform())
    for _ in range(3):
        await sign_in_wrongly(world, ada, 4)
        assert (await sign_in(world, ada))["session"]
    assert not await locked(ada)


@pytest.mark.parametrize("threshold", [3, 7])
async def test_the_policy_sets_the_number(world: World, threshold: int) -> None:
    ada = await world.user(await world.platform(lockout_threshold=threshold))
    await sign_in_wrongly(world, ada, threshold - 1)
    assert not await locked(ada)
    await sign_in_wrongly(world, ada)
    assert await locked(ada)


@pytest.mark.parametrize("before", [7, 0])
async def test_a_lower_threshold_leaves_everybody_an_attempt(world: World, before: int) -> None:
    platform = await world.platform(lockout_threshold=before)
    admin, ada, bob = await world.admin(platform), await world.user(platform), await world.user(platform)
    elsewhere = await world.user(await world.platform(lockout_threshold=before))
    for user in (ada, bob, elsewhere):
        await sign_in_wrongly(world, user, 6)
    client = await world.client(admin)
    edited = await client("mutation { editSecurityPolicy(input: {lockoutThreshold: 3}) { errors { code } } }")
    assert edited.data == {"editSecurityPolicy": {"errors": []}}
    assert (await sign_in(world, ada))["session"]
    await sign_in_wrongly(world, bob)
    assert await locked(bob)
    assert (await User.get(id=elsewhere.id)).failed_sign_ins == 6


async def test_a_threshold_of_zero_never_locks(world: World) -> None:
    ada = await world.user(await world.platform(lockout_threshold=0))
    await sign_in_wrongly(world, ada, 12)
    assert not await locked(ada)
    assert (await sign_in(world, ada))["session"]


async def test_a_lock_ends_by_itself_after_the_minutes_not_before(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(lockout_minutes=20))
    await sign_in_wrongly(world, ada, 5)
    clock.advance(minutes=20, seconds=-1)
    assert codes(await sign_in(world, ada)) == ["INVALID_CREDENTIALS"]
    clock.advance(seconds=1)
    assert (await sign_in(world, ada))["session"]
    assert sorted(await world.events()) == ["session.started", "user.locked", "user.unlocked"]
    event = await AuditEvent.get(type="user.unlocked")
    assert (event.actor_id, event.actor_name, event.target_id) == (None, "System", ada.id)


async def test_guesses_during_a_lock_are_not_checked_and_do_not_prolong_it(world: World, clock: StandingClock) -> None:
    hasher = counting(world)
    ada = await world.user(await world.platform())
    await sign_in_wrongly(world, ada, 5)
    clock.advance(minutes=14)
    await sign_in_wrongly(world, ada, 4)
    assert len(hasher.checked) == 5
    clock.advance(minutes=1)
    await sign_in_wrongly(world, ada, 4)
    assert (await sign_in(world, ada))["session"]


async def test_housekeeping_ends_locks_with_an_event_however_many_never_end(world: World, clock: StandingClock) -> None:
    forever = await world.platform("Forever", lockout_minutes=0)
    kept = await world.user(forever, locked_at=clock.now, failed_sign_ins=5)
    ada = await world.user(await world.platform(), locked_at=clock.now, failed_sign_ins=5)
    await tidy_up(clock.advance(minutes=15, seconds=-1))
    assert await locked(ada)
    await tidy_up(clock.advance(seconds=1))
    await tidy_up(clock.advance(days=300))
    fresh = await User.get(id=ada.id)
    assert (fresh.locked_at, fresh.failed_sign_ins) == (None, 0)
    assert await locked(kept)
    assert await world.events() == ["user.unlocked"]


async def test_an_administrator_unlocks_with_an_event(world: World) -> None:
    platform = await world.platform()
    ada, admin = await world.user(platform), await world.client(await world.admin(platform))
    await sign_in_wrongly(world, ada, 5)
    assert codes(await do(admin, UNLOCK, id=user_id(ada))) == []
    assert (await sign_in(world, ada))["session"]
    event = await AuditEvent.get(type="user.unlocked")
    assert (event.actor_name, event.target_id) == ("Grace Hopper", ada.id)
    assert {change["field"] for change in event.changes} == {"lockedAt", "failedAttempts"}


async def test_failures_that_began_before_an_unlock_do_not_lock_again(world: World, clock: StandingClock) -> None:
    platform = await world.platform()
    ada, admin = await world.user(platform), await world.client(await world.admin(platform))
    known = await world.whole(ada.id)
    begun = [await count_attempt(known, clock.now) for _ in range(6)]
    assert [attempt.allowed for attempt in begun] == [True] * 5 + [False]
    await User.filter(id=ada.id).update(locked_at=clock.now)
    assert codes(await do(admin, UNLOCK, id=user_id(ada))) == []
    for attempt in begun:
        await lock_if_due(known, attempt, Origin(), clock.now)
    assert not await locked(ada)
    await sign_in_wrongly(world, ada, 4)
    assert not await locked(ada)


async def test_wrong_codes_count_like_wrong_passwords(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    app, ask = await with_mfa(world, ada), await world.client()
    await sign_in_wrongly(world, ada, 2)
    token = await challenged(world, ada)
    assert (await User.get(id=ada.id)).failed_sign_ins == 2
    for _ in range(3):
        assert codes(await do(ask, VERIFY, token=token, code=wrong_code(app, clock.now))) == ["INVALID_CODE"]
    assert await locked(ada)
    assert codes(await do(ask, VERIFY, token=token, code=app.at(clock.now))) == ["INVALID_CODE"]
    assert codes(await sign_in(world, ada)) == ["INVALID_CREDENTIALS"]


async def test_wrong_codes_and_right_passwords_in_turn_lock_too(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    app, ask = await with_mfa(world, ada), await world.client()
    for _ in range(5):
        token = await challenged(world, ada)
        await do(ask, VERIFY, token=token, code=wrong_code(app, clock.now))
    assert await locked(ada)


async def test_wrong_passwords_of_a_session_lock_too_and_the_session_stays(world: World) -> None:
    ada = await world.user(await world.platform())
    ask = await world.client(ada)
    for _ in range(5):
        done = await do(ask, CHANGE, old="not the password at all", new=NEW_PASSWORD)
        assert (codes(done), done["errors"][0]["field"]) == (["INVALID_CREDENTIALS"], ["input", "currentPassword"])
    assert await locked(ada)
    assert codes(await do(ask, CHANGE, old=PASSWORD, new=NEW_PASSWORD)) == ["INVALID_CREDENTIALS"]
    assert (await ask("{ viewer { lockout { failedAttempts } } }")).data["viewer"]["lockout"] == {"failedAttempts": 6}


async def test_while_locked_a_reset_by_mail_works_and_lifts_the_lock(world: World) -> None:
    ada = await world.user(await world.platform(lockout_minutes=0))
    await sign_in_wrongly(world, ada, 5)
    token = await requested_link(world, ada)
    assert await do(await world.client(), RESET, token=token, password=NEW_PASSWORD) == {"errors": []}
    assert (await sign_in(world, ada, NEW_PASSWORD))["session"]
    assert "user.unlocked" in await world.events()
    assert MailKind.ACCOUNT_LOCKED.value in await mails(ada)


@pytest.mark.parametrize("facts", [{"invited": True}, {"disabled_at": T0}])
async def test_guesses_at_who_cannot_sign_in_leave_no_trace(world: World, facts: dict[str, Any]) -> None:
    ada = await world.user(await world.platform(), **facts)
    await sign_in_wrongly(world, ada, 7)
    fresh = await User.get(id=ada.id)
    assert (fresh.failed_sign_ins, fresh.locked_at) == (0, None)
    assert (await mails(ada), await world.events()) == ([], [])
