"""What the system does to accounts by itself: it locks, gives a mail up, and ends what has run out."""

from datetime import timedelta

import pytest

from models.mail import Mail
from models.session import Session
from services.housekeeping import tidy_up
from services.mail.delivery import Delivery
from services.mail.outcomes import Refused, TryLater
from services.mail.render import MailSite
from tests.schema.audit.documents import events, refused, types
from tests.schema.users.documents import SIGN_IN, call, faults
from tests.world import World, user_id

pytestmark = pytest.mark.anyio

SITE = MailSite("https://app.example.com", "Rollcall <no-reply@example.com>")


class NoMailbox:
    """A mail server that knows nobody, or is away."""

    def __init__(self, answer: Exception) -> None:
        self.answer = answer

    async def send(self, message: object, recipient: str) -> None:
        raise self.answer


async def test_an_invitation_that_will_never_arrive_is_one_event(world: World) -> None:
    admin = await world.admin()
    ada = await world.user(await admin.platform, invited=True)
    ask = await world.client(admin)
    assert await refused(ask, f'resendInvitation(input: {{id: "{user_id(ada)}"}})') == []
    away = Delivery(NoMailbox(TryLater("Busy.")), SITE, world.vault, world.clock)
    await away.deliver_due()
    assert await types(ask) == ["user.invitation_resent"]
    world.clock.advance(minutes=30)
    nobody = Delivery(NoMailbox(Refused("550 No such mailbox.")), SITE, world.vault, world.clock)
    for _ in range(2):
        await nobody.deliver_due()
    event, _ = await events(ask)
    assert (event["type"], event["actorName"], event["targetId"]) == (
        "invitation.undeliverable",
        "System",
        user_id(ada),
    )
    assert (await Mail.get()).state == "FAILED"


async def test_other_mails_that_do_not_arrive_are_no_events(world: World) -> None:
    admin = await world.admin()
    ada = await world.user(await admin.platform)
    ask = await world.client(admin)
    assert await refused(ask, f'sendPasswordReset(input: {{id: "{user_id(ada)}"}})') == []
    await Delivery(NoMailbox(Refused("550 No.")), SITE, world.vault, world.clock).deliver_due()
    assert ((await Mail.get()).state, await types(ask)) == ("FAILED", ["user.password_reset_sent"])


async def test_a_lock_is_the_systems_and_says_from_where_the_guesses_came(world: World) -> None:
    platform = await world.platform(lockout_threshold=3)
    admin, ada = await world.admin(platform), await world.user(platform)
    anybody = await world.client()
    for _ in range(3):
        assert faults(await call(anybody, SIGN_IN, email=ada.email, password="wrong"))[0][0] == "INVALID_CREDENTIALS"
    (event,) = await events(await world.client(admin))
    assert (event["type"], event["actor"], event["actorName"]) == ("user.locked", None, "System")
    assert (event["targetId"], event["ipAddress"]) == (user_id(ada), "127.0.0.1")


async def test_sessions_end_at_either_limit_and_others_live_on(world: World) -> None:
    platform = await world.platform(session_idle_minutes=60, session_hours=24)
    ada, start = await world.user(platform), world.clock.now
    for _ in range(3):
        await world.session(ada)
    idle, old, alive = await Session.filter(user_id=ada.id)
    world.clock.now = start + timedelta(hours=24)
    await Session.filter(id=idle.id).update(created_at=world.clock.now, last_seen_at=start + timedelta(hours=23))
    await Session.filter(id=old.id).update(last_seen_at=world.clock.now)
    await Session.filter(id=alive.id).update(created_at=start + timedelta(hours=1), last_seen_at=world.clock.now)
    await tidy_up(world.clock.now)
    assert [session.id for session in await Session.filter(user_id=ada.id)] == [alive.id]
    assert await world.events() == ["session.expired", "session.expired"]
