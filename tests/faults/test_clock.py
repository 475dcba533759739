"""F22: a clock jumps an hour back or a day ahead: that of a server, which nobody notices, and the database's."""

from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage

import pytest

from models.mail import Mail
from server.health import outbox_lag
from services.clock import DatabaseClock, shared_time, system_clock
from services.housekeeping import tidy_up
from services.mail.delivery import Delivery
from services.mail.render import MailSite
from services.mail.transport import SmtpTransport
from tests.conftest import StandingClock
from tests.faults.stage import ADD, USERS, rules_hold
from tests.services.mail.smtp_server import ScriptedServer
from tests.world import PASSWORD, Client, World, role_id

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SIGN_IN = """mutation SignIn($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { session { token } errors { code } }
}"""


SITE = MailSite("https://app.example.org", "Rollcall <no-reply@example.org>")


async def sign_in(client: Client) -> None:
    signed_in = (await client(SIGN_IN, email="grace@example.org", password=PASSWORD)).data["signIn"]
    assert signed_in["errors"] == []
    client.token = signed_in["session"]["token"]


@pytest.mark.parametrize("hours", [-1, 24])
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_f22_a_jump_of_the_databases_clock_breaks_nothing_that_the_next_minutes_do_not_mend(
    hours: int, world: World, clock: StandingClock, mails: ScriptedServer
) -> None:
    platform = await world.platform()
    admin = await world.admin(platform, email="grace@example.org")
    role = await world.role(platform, "Viewer")
    client = await world.client(admin)
    delivery = Delivery(SmtpTransport(f"smtp://127.0.0.1:{mails.port}"), SITE, world.vault, clock)
    assert (await client(ADD, email="ada@example.org", roleId=role_id(role))).data["addUser"]["errors"] == []

    clock.advance(hours=hours)
    assert await outbox_lag(clock.now) == timedelta(hours=max(hours, 0))
    await delivery.deliver_due()
    await tidy_up(clock.now)
    await sign_in(client)
    assert (await client(USERS)).data["users"]["totalCount"] == 2
    assert (await client(ADD, email="eve@example.org", roleId=role_id(role))).data["addUser"]["errors"] == []
    await rules_hold(clock.now)

    clock.advance(hours=-hours)
    clock.advance(minutes=1)
    await sign_in(client)
    assert (await client(USERS)).data["users"]["totalCount"] == 3
    clock.advance(hours=max(hours, 0))
    await delivery.deliver_due()
    states = await Mail.all().order_by("recipient").values_list("recipient", "state")
    assert states == [("ada@example.org", "SENT"), ("eve@example.org", "SENT")]
    assert len(mails.received) == len(set(mails.ids())) == 2
    await tidy_up(clock.now)
    await rules_hold(clock.now)


@dataclass
class WatchedTransport:
    """While a mail is in hand, another server looks for mails to send; `found`: how many it took each time."""

    other: "Delivery | None" = None
    found: list[int] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    async def send(self, message: EmailMessage, recipient: str) -> None:
        if self.other is not None:
            self.found.append(await self.other.deliver_due())
        self.sent.append(recipient)


@pytest.mark.parametrize("hours", [-1, 1, 24])
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_f22_servers_whose_machines_are_apart_have_one_time(
    hours: int, world: World, clock: StandingClock
) -> None:
    ours, theirs = DatabaseClock(), DatabaseClock(lambda: system_clock() + timedelta(hours=hours))
    for each in (ours, theirs):
        await each.follow()
    assert abs(theirs() - ours()) < timedelta(minutes=1)

    clock.now = await shared_time()
    platform = await world.platform()
    client = await world.client(await world.admin(platform))
    role = role_id(await world.role(platform, "Viewer"))
    taking = WatchedTransport()
    holding = WatchedTransport(Delivery(taking, SITE, world.vault, theirs))
    for holder in (ours, theirs):
        assert (await client(ADD, email=f"{id(holder)}@example.org", roleId=role)).data["addUser"]["errors"] == []
    assert await Delivery(holding, SITE, world.vault, ours).deliver_due() == 2
    assert (holding.found, len(holding.sent), taking.sent) == ([0, 0], 2, [])
    assert await Mail.filter(sent_at__lt=clock.now).count() == 0
    await rules_hold(ours())
