"""Whatever takes a password, code or link and meets a deadlock comes to the end it would have come to without one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

import pyotp
import pytest

from models.mail import MailKind
from models.origin_failure import OriginFailure
from models.recovery_code import RecoveryCode
from models.user import User
from services.invitations import invite
from services.tokens import token_hash
from tests.conflicts import conflicting
from tests.schema.account.documents import (
    ACCEPT,
    BEGIN,
    CHANGE,
    CONFIRM,
    DISABLE_MFA,
    NEW_PASSWORD,
    REGENERATE,
    REPLACE,
    RESET,
    SIGN_IN,
    VERIFY,
    challenged,
    code_of,
    codes,
    do,
    mailed_token,
    mails,
    requested_link,
    sign_in,
    sign_in_wrongly,
    with_mfa,
)
from tests.world import PASSWORD, Client, World

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("engine", ["postgres"], indirect=True)]


@dataclass
class Step:
    """A document, ready to be sent, and the one event that it writes."""

    ask: Client
    document: str
    variables: dict[str, str]
    event: str


async def signing_in(world: World) -> Step:
    ada = await world.user(await world.platform(lockout_threshold=3), failed_sign_ins=2)
    return Step(await world.client(), SIGN_IN, {"email": ada.email, "password": PASSWORD}, "session.started")


async def a_code(world: World) -> Step:
    ada = await world.user(await world.platform(lockout_threshold=3), failed_sign_ins=2)
    app = await with_mfa(world, ada)
    variables = {"token": await challenged(world, ada), "code": code_of(app, world.clock.now)}
    return Step(await world.client(), VERIFY, variables, "session.started")


async def enrolling(world: World) -> Step:
    ada = await world.user(await world.platform(mfa_required=True))
    token = await challenged(world, ada, "MFA_ENROLLMENT")
    app = pyotp.TOTP((await do(await world.client(), BEGIN, token=token))["secret"])
    variables = {"token": token, "code": code_of(app, world.clock.now)}
    return Step(await world.client(), CONFIRM, variables, "user.mfa_enabled")


async def a_new_password(world: World) -> Step:
    ada = await world.user(await world.platform())
    return Step(await world.client(ada), CHANGE, {"old": PASSWORD, "new": NEW_PASSWORD}, "user.password_changed")


async def an_expired_password(world: World) -> Step:
    ada = await world.user(await world.platform(password_max_age_days=1))
    world.clock.advance(days=1)
    variables = {"token": await challenged(world, ada, "PASSWORD_CHANGE"), "password": NEW_PASSWORD}
    return Step(await world.client(), REPLACE, variables, "user.password_changed")


async def a_reset(world: World) -> Step:
    ada = await world.user(await world.platform())
    variables = {"token": await requested_link(world, ada), "password": NEW_PASSWORD}
    return Step(await world.client(), RESET, variables, "user.password_changed")


async def accepting(world: World) -> Step:
    platform = await world.platform()
    ina = await world.user(platform, "Ina", "Vited", invited=True)
    await invite(ina, await world.actor(await world.admin(platform)), now=world.clock.now, vault=world.vault)
    variables = {"token": await mailed_token(world, ina, MailKind.INVITATION), "password": NEW_PASSWORD}
    return Step(await world.client(), ACCEPT, variables, "invitation.accepted")


async def without_mfa(world: World) -> Step:
    ada = await world.user(await world.platform())
    await with_mfa(world, ada)
    return Step(await world.client(ada), DISABLE_MFA, {"password": PASSWORD}, "user.mfa_disabled")


async def new_codes(world: World) -> Step:
    ada = await world.user(await world.platform())
    await with_mfa(world, ada)
    return Step(await world.client(ada), REGENERATE, {"password": PASSWORD}, "user.recovery_codes_replaced")


STEPS = (
    signing_in,
    a_code,
    enrolling,
    a_new_password,
    an_expired_password,
    a_reset,
    accepting,
    without_mfa,
    new_codes,
)


@pytest.mark.parametrize("staged", STEPS)
async def test_three_deadlocks_change_nothing_in_the_outcome(
    world: World, database: str, staged: Callable[[World], Awaitable[Step]]
) -> None:
    step = await staged(world)
    async with conflicting(database, "audit_events", 3):
        done = await do(step.ask, step.document, **step.variables)
    assert done["errors"] == []
    assert len(await world.events(type=step.event)) == 1
    [failed] = await User.filter(first_name__in=["Ada", "Ina"]).values_list("failed_sign_ins", flat=True)
    assert failed == 0
    assert await OriginFailure.all().count() == 0


async def test_one_recovery_code_is_used_up_and_told_of_once(world: World, database: str) -> None:
    ada = await world.user(await world.platform())
    await with_mfa(world, ada)
    await world.recovery_codes(ada, 3)
    await RecoveryCode.create(id=uuid4(), user_id=ada.id, code_hash=token_hash("abcdefgh"))
    token = await challenged(world, ada)
    async with conflicting(database, "sessions", 3):
        done = await do(await world.client(), VERIFY, token=token, code="abcdefgh")
    assert done["session"]["user"]["status"] == "ACTIVE"
    assert await RecoveryCode.filter(user_id=ada.id).count() == 3
    assert await mails(ada) == ["recovery_code_used"]


async def test_a_wrong_guess_counts_once_and_the_last_locks_once(world: World, database: str) -> None:
    ada = await world.user(await world.platform(lockout_threshold=3))
    await sign_in_wrongly(world, ada, 2)
    async with conflicting(database, "mails", 3):
        assert codes(await sign_in(world, ada, "not the password at all")) == ["INVALID_CREDENTIALS"]
    fresh = await User.get(id=ada.id)
    assert (fresh.failed_sign_ins, fresh.locked_at) == (3, world.clock.now)
    assert await mails(ada) == ["account_locked"]
    assert await world.events() == ["user.locked"]


async def test_a_deadlock_that_comes_a_fourth_time_is_told_and_nothing_is_done(world: World, database: str) -> None:
    ada = await world.user(await world.platform())
    async with conflicting(database, "sessions", 4):
        answer = await (await world.client())(SIGN_IN, email=ada.email, password=PASSWORD)
    assert (answer.status, answer.codes) == (503, ["INTERNAL"])
    assert await world.events() == []
    assert (await sign_in(world, ada))["session"]
