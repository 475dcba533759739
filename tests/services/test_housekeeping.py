"""What time does by itself."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from models.challenge import Challenge
from models.invitation import Invitation
from models.mail import Mail
from models.origin_failure import OriginFailure
from models.password_reset import PasswordReset
from models.session import Session
from models.user import User
from services.housekeeping import tidy_up
from services.tokens import new_token, token_hash
from tests.conftest import StandingClock
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_what_has_run_out_is_swept_and_what_has_not_stays(world: World, clock: StandingClock) -> None:
    ada, now = await world.user(await world.platform()), clock.now
    ages = {Challenge: timedelta(minutes=5), OriginFailure: timedelta(days=1)}
    for late in (timedelta(), timedelta(seconds=1)):
        made = now - ages[Challenge] + late
        await Challenge.create(
            id=uuid4(), user_id=ada.id, kind="MFA_CODE", token_hash=token_hash(new_token()), created_at=made
        )
        await OriginFailure.create(ip_address="192.0.2.1", at=now - ages[OriginFailure] + late)
    await PasswordReset.create(id=uuid4(), user_id=ada.id, token_hash="x", expires_at=now)
    await world.session(ada)
    await tidy_up(now)
    assert await Challenge.all().count() == 1
    assert await OriginFailure.all().count() == 1
    assert await PasswordReset.all().count() == 0
    assert await Session.all().count() == 1
    await tidy_up(clock.advance(hours=1))
    assert await Session.all().count() == 0


async def test_two_processes_end_a_lock_once(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(), locked_at=clock.now, failed_sign_ins=5)
    clock.advance(minutes=15)
    await asyncio.gather(tidy_up(clock.now), tidy_up(clock.now))
    assert (await User.get(id=ada.id)).locked_at is None
    assert await world.events() == ["user.unlocked"]


async def test_three_hundred_locks_that_never_end_hold_up_nobody(world: World, clock: StandingClock) -> None:
    forever = await world.platform("Forever", lockout_minutes=0)
    role = await world.role(forever, "Viewer")
    await User.bulk_create(
        User.named(
            "Nomen",
            "Nescio",
            f"user{n}@example.org",
            id=uuid4(),
            platform_id=forever.id,
            role_id=role.id,
            timezone="UTC",
            locked_at=clock.now - timedelta(days=1),
            created_at=clock.now,
            updated_at=clock.now,
        )
        for n in range(300)
    )
    ada = await world.user(await world.platform(), locked_at=clock.now, failed_sign_ins=5)
    await tidy_up(clock.advance(minutes=15))
    assert (await User.get(id=ada.id)).locked_at is None
    assert await User.filter(locked_at__isnull=False).count() == 300


async def test_an_old_mail_goes_unless_an_open_invitation_still_shows_it(world: World, clock: StandingClock) -> None:
    platform = await world.platform()
    invited = await world.user(platform, "Ina", "Vited", invited=True)
    facts = {"user_id": invited.id, "kind": "invitation", "recipient": invited.email, "state": "FAILED"}
    shown, _ = [await Mail.create(id=uuid4(), created_at=clock.now, due_at=clock.now, **facts) for _ in range(2)]
    await Invitation.filter(user_id=invited.id).update(mail_id=shown.id)
    await tidy_up(clock.advance(days=31))
    assert [mail.id for mail in await Mail.all()] == [shown.id]
