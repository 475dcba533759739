"""Notices by mail: who is told of what, through the outbox."""

import pytest

from models.mail import Mail
from services.mail.render import MailSite, render
from tests.conftest import StandingClock
from tests.schema.account.documents import codes, do, mails, on_user, sign_in_wrongly, with_mfa
from tests.world import World, role_id, user_id

pytestmark = pytest.mark.anyio
SITE = MailSite(frontend_url="https://app.example.org", sender="no-reply@example.org")


async def test_a_change_of_address_is_told_at_both(world: World) -> None:
    platform = await world.platform()
    ada, admin = await world.user(platform, email="old@example.org"), await world.client(await world.admin(platform))
    change = on_user("changeUserEmail", 'email: "new@example.org"')
    assert codes(await do(admin, change, id=user_id(ada))) == []
    assert codes(await do(admin, change, id=user_id(ada))) == []
    told = await Mail.filter(user_id=ada.id).order_by("recipient")
    assert [(mail.recipient, mail.kind) for mail in told] == [
        ("new@example.org", "address_changed"),
        ("old@example.org", "address_changed"),
    ]


async def test_a_new_role_is_told_once_and_the_same_role_never(world: World) -> None:
    platform = await world.platform()
    ada, admin = await world.user(platform), await world.client(await world.admin(platform))
    change = on_user("changeUserRole", f'roleId: "{role_id(await world.role(platform, "Platform"))}"')
    for _ in range(2):
        assert codes(await do(admin, change, id=user_id(ada))) == []
    assert await mails(ada) == ["role_changed"]
    assert (await Mail.get(user_id=ada.id)).facts["role"] == "Platform"


@pytest.mark.parametrize(("minutes", "ends"), [(15, "2026-11-22 12:15 UTC"), (0, "")])
async def test_the_owner_of_a_locked_account_is_told_when_the_lock_ends(world: World, minutes: int, ends: str) -> None:
    ada = await world.user(await world.platform(lockout_minutes=minutes))
    await sign_in_wrongly(world, ada, 5)
    [mail] = await Mail.filter(user_id=ada.id)
    assert (mail.kind, mail.facts["ends_at"]) == ("account_locked", ends)
    assert ends in render(mail, vault=world.vault, site=SITE).as_string()


async def test_an_administrators_reset_of_mfa_is_told_at_the_accounts_address(
    world: World, clock: StandingClock
) -> None:
    platform = await world.platform()
    ada, admin = await world.user(platform), await world.client(await world.admin(platform))
    await with_mfa(world, ada)
    assert codes(await do(admin, on_user("resetUserMfa"), id=user_id(ada))) == []
    [mail] = await Mail.filter(user_id=ada.id)
    assert (mail.kind, mail.recipient) == ("mfa_disabled", ada.email)
