"""F22: the clock of a server jumps an hour back or a day ahead."""

from datetime import timedelta

import pytest

from models.mail import Mail
from server.health import outbox_lag
from services.housekeeping import tidy_up
from services.mail.delivery import Delivery
from services.mail.render import MailSite
from services.mail.transport import SmtpTransport
from tests.conftest import StandingClock
from tests.faults.stage import ADD, USERS, rules_hold
from tests.services.mail.smtp_server import ScriptedServer
from tests.world import PASSWORD, Client, World, role_id

pytestmark = pytest.mark.anyio

SIGN_IN = """mutation SignIn($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { session { token } errors { code } }
}"""


async def sign_in(client: Client) -> None:
    signed_in = (await client(SIGN_IN, email="grace@example.org", password=PASSWORD)).data["signIn"]
    assert signed_in["errors"] == []
    client.token = signed_in["session"]["token"]


@pytest.mark.parametrize("hours", [-1, 24])
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_f22_a_jump_of_the_clock_breaks_nothing_that_the_next_minutes_do_not_mend(
    hours: int, world: World, clock: StandingClock, mails: ScriptedServer
) -> None:
    platform = await world.platform()
    admin = await world.admin(platform, email="grace@example.org")
    role = await world.role(platform, "Viewer")
    client = await world.client(admin)
    site = MailSite("https://app.example.org", "Rollcall <no-reply@example.org>")
    delivery = Delivery(SmtpTransport(f"smtp://127.0.0.1:{mails.port}"), site, world.vault, clock)
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
