"""Links by mail: how long they live, and everything that kills them."""

from typing import Any

import pyotp
import pytest

from models.invitation import Invitation
from models.mail import Mail, MailKind
from models.password_reset import PasswordReset
from models.session import Session
from models.user import User
from services.invitations import invite
from services.tokens import token_hash
from tests.conftest import StandingClock
from tests.schema.account.documents import (
    ACCEPT,
    BEGIN,
    CONFIRM,
    NEW_PASSWORD,
    REQUEST_RESET,
    RESET,
    alive,
    codes,
    do,
    mailed_token,
    mails,
    on_user,
    requested_link,
    sign_in,
    with_mfa,
)
from tests.world import PASSWORD, World, user_id

pytestmark = pytest.mark.anyio
CHANGE_EMAIL = 'email: "new@example.org"'


async def invited(world: World, **policy: Any) -> tuple[User, str]:
    platform = await world.platform(**policy)
    ina = await world.user(platform, "Ina", "Vited", invited=True, email="ina@example.org")
    await invite(ina, await world.actor(await world.admin(platform)), now=world.clock.now, vault=world.vault)
    return ina, await mailed_token(world, ina, MailKind.INVITATION)


async def test_a_reset_link_of_256_bits_is_stored_as_a_hash_and_lives_sixty_minutes(
    world: World, clock: StandingClock
) -> None:
    platform = await world.platform()
    ada, bob = await world.user(platform), await world.user(platform, "Bob", "Babbage")
    links = [await requested_link(world, user) for user in (ada, bob)]
    assert [len(link) for link in links] == [43, 43]
    assert {row.token_hash for row in await PasswordReset.all()} == {token_hash(link) for link in links}
    ask = await world.client()
    clock.advance(minutes=60, seconds=-1)
    assert codes(await do(ask, RESET, token=links[0], password=NEW_PASSWORD)) == []
    clock.advance(seconds=1)
    assert codes(await do(ask, RESET, token=links[1], password=NEW_PASSWORD)) == ["INVALID_TOKEN"]
    assert (await sign_in(world, bob))["session"]


async def test_a_reset_ends_every_session_and_neither_signs_in_nor_removes_mfa(
    world: World, clock: StandingClock
) -> None:
    ada = await world.user(await world.platform())
    await with_mfa(world, ada)
    session = await world.session(ada)
    link, ask = await requested_link(world, ada), await world.client()
    assert await do(ask, RESET, token=link, password=NEW_PASSWORD) == {"errors": []}
    assert not await alive(world, session)
    assert await Session.all().count() == 0
    assert (await sign_in(world, ada, NEW_PASSWORD))["challenge"]["kind"] == "MFA_CODE"
    assert await mails(ada) == ["password_changed", "password_reset"]
    assert codes(await do(ask, RESET, token=link, password="yet another set of words")) == ["INVALID_TOKEN"]


async def test_a_refused_password_leaves_the_link_alive(world: World) -> None:
    ada = await world.user(await world.platform())
    link, ask = await requested_link(world, ada), await world.client()
    for bad in ("short", PASSWORD):
        assert codes(await do(ask, RESET, token=link, password=bad)) == ["PASSWORD_REJECTED"]
    assert codes(await do(ask, RESET, token=link, password=NEW_PASSWORD)) == []


async def test_three_links_an_hour_go_to_one_account_and_an_administrator_is_told(
    world: World, clock: StandingClock
) -> None:
    platform = await world.platform()
    ada, bob = await world.user(platform), await world.user(platform, "Bob", "Babbage")
    admin = await world.client(await world.admin(platform))
    for _ in range(3):
        await requested_link(world, ada)
        clock.advance(minutes=10)
    assert await do(await world.client(), REQUEST_RESET, email=ada.email) == {"errors": []}
    assert await mails(ada) == ["password_reset"] * 3
    refused = await do(admin, on_user("sendPasswordReset"), id=user_id(ada))
    assert (codes(refused), refused["errors"][0]["retryAfter"]) == (["RATE_LIMITED"], 1800)
    await requested_link(world, bob)
    clock.advance(minutes=30, seconds=-1)
    assert codes(await do(admin, on_user("sendPasswordReset"), id=user_id(ada))) == ["RATE_LIMITED"]
    clock.advance(seconds=1)
    assert codes(await do(admin, on_user("sendPasswordReset"), id=user_id(ada))) == []
    assert await mails(ada) == ["password_reset"] * 4


async def test_an_administrator_sends_a_link_and_never_sees_it(world: World) -> None:
    platform = await world.platform()
    ada, admin = await world.user(platform), await world.client(await world.admin(platform))
    response = await admin.post({"query": on_user("sendPasswordReset"), "variables": {"id": user_id(ada)}})
    link = await mailed_token(world, ada, MailKind.PASSWORD_RESET)
    assert link.encode() not in response.content
    assert codes(await do(await world.client(), RESET, token=link, password=NEW_PASSWORD)) == []


@pytest.mark.parametrize("by", ["newer", "changeUserEmail", "disableUser", "disableAndEnable", "deleteUser"])
async def test_a_reset_link_dies(world: World, by: str) -> None:
    platform = await world.platform()
    ada, admin = await world.user(platform), await world.client(await world.admin(platform))
    link = await requested_link(world, ada)
    await kill(world, admin, ada, by)
    assert codes(await do(await world.client(), RESET, token=link, password=NEW_PASSWORD)) == ["INVALID_TOKEN"]
    if by == "newer":
        newer = await mailed_token(world, ada, MailKind.PASSWORD_RESET)
        assert codes(await do(await world.client(), RESET, token=newer, password=NEW_PASSWORD)) == []


@pytest.mark.parametrize("by", ["newer", "changeUserEmail", "disableUser", "disableAndEnable", "deleteUser"])
async def test_an_invitation_dies(world: World, by: str) -> None:
    ina, link = await invited(world)
    admin = await world.client(await User.get(first_name="Grace"))
    await kill(world, admin, ina, by)
    assert codes(await do(await world.client(), ACCEPT, token=link, password=NEW_PASSWORD)) == ["INVALID_TOKEN"]
    assert await Mail.filter(user_id=ina.id, sealed_token__isnull=False).count() == (
        1 if by in ("newer", "changeUserEmail") else 0
    )


async def kill(world: World, admin: Any, user: User, by: str) -> None:
    if by == "newer" and user.password_hash:
        await requested_link(world, user)
    elif by == "newer":
        assert codes(await do(admin, on_user("resendInvitation"), id=user_id(user))) == []
    elif by == "deleteUser":
        delete = "mutation ($id: ID!) { done: deleteUser(input: {id: $id}) { errors { code } } }"
        assert codes(await do(admin, delete, id=user_id(user))) == []
    elif by == "disableAndEnable":
        for mutation in ("disableUser", "enableUser"):
            assert codes(await do(admin, on_user(mutation), id=user_id(user))) == []
    else:
        more = CHANGE_EMAIL if by == "changeUserEmail" else ""
        assert codes(await do(admin, on_user(by, more), id=user_id(user))) == []


async def test_an_invitation_lives_72_hours(world: World, clock: StandingClock) -> None:
    ina, link = await invited(world)
    clock.advance(hours=72)
    assert codes(await do(await world.client(), ACCEPT, token=link, password=NEW_PASSWORD)) == ["INVALID_TOKEN"]
    clock.advance(seconds=-1)
    assert (await do(await world.client(), ACCEPT, token=link, password=NEW_PASSWORD))["session"]
    assert (await User.get(id=ina.id)).activated_at == clock.now


async def test_where_mfa_is_required_accepting_leads_into_enrolment_now_or_later(
    world: World, clock: StandingClock
) -> None:
    ina, link = await invited(world, mfa_required=True)
    ask = await world.client()
    accepted = await do(ask, ACCEPT, token=link, password=NEW_PASSWORD)
    assert (accepted["session"], accepted["challenge"]["kind"]) == (None, "MFA_ENROLLMENT")
    assert (await User.get(id=ina.id)).activated_at is None
    assert not (await Invitation.get(user_id=ina.id)).expired(clock.now)
    clock.advance(minutes=5)
    assert codes(await do(ask, BEGIN, token=accepted["challenge"]["token"])) == ["INVALID_TOKEN"]
    assert codes(await do(ask, ACCEPT, token=link, password=NEW_PASSWORD)) == ["INVALID_TOKEN"]
    again = (await sign_in(world, ina, NEW_PASSWORD))["challenge"]["token"]
    app = pyotp.TOTP((await do(ask, BEGIN, token=again))["secret"])
    done = await do(ask, CONFIRM, token=again, code=app.at(clock.now))
    assert done["session"]["user"] == {"status": "ACTIVE"}
    assert await Invitation.all().count() == 0


async def test_a_new_invitation_lifts_a_lock_that_guesses_made_before_the_set_up_was_complete(
    world: World, clock: StandingClock
) -> None:
    ina, link = await invited(world, mfa_required=True)
    await do(await world.client(), ACCEPT, token=link, password=NEW_PASSWORD)
    await User.filter(id=ina.id).update(locked_at=clock.now, failed_sign_ins=5)
    admin = await world.client(await User.get(first_name="Grace"))
    assert codes(await do(admin, on_user("resendInvitation"), id=user_id(ina))) == []
    newer = await mailed_token(world, ina, MailKind.INVITATION)
    done = await do(await world.client(), ACCEPT, token=newer, password="yet another set of words")
    assert done["challenge"]["kind"] == "MFA_ENROLLMENT"
    assert "user.unlocked" in await world.events(target_id=ina.id)
    assert (await sign_in(world, ina, "yet another set of words"))["challenge"]["kind"] == "MFA_ENROLLMENT"
