"""What a refusal says: the cause and the remedy; one sentence for all tokens that are dead or never were."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pyotp
import pytest

from models.mail import MailKind
from models.role import Role
from models.user import User
from services.invitations import invite
from tests.conftest import StandingClock
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
    VERIFY,
    challenged,
    codes,
    do,
    mailed_token,
    requested_link,
    said,
    sign_in,
    with_mfa,
    wrong_code,
)
from tests.schema.roles.test_roles import ADD as ADD_ROLE
from tests.schema.roles.test_roles import DELETE as DELETE_ROLE
from tests.schema.roles.test_roles import EDIT as EDIT_ROLE
from tests.schema.users.documents import ADD, EDIT, call
from tests.world import PASSWORD, Client, World, role_id, user_id

pytestmark = pytest.mark.anyio

CHALLENGE = (
    "This step of the sign-in is unknown, completed, out of date, or void after too many wrong codes; sign in again."
)
INVITATION = "This invitation is unknown, used, replaced or out of date; ask an administrator for a new one."
LINK = "This link to choose a new password is unknown, used, replaced or out of date; ask for a new one."
ANSWERS: dict[str, tuple[str, dict[str, str]]] = {
    "verifyMfa": (VERIFY, {"code": "000000"}),
    "replaceExpiredPassword": (REPLACE, {"password": NEW_PASSWORD}),
    "beginMfaEnrollment": (BEGIN, {}),
    "confirmMfaEnrollment": (CONFIRM, {"code": "000000"}),
}


async def refused(world: World, document: str, **variables: Any) -> tuple[str, str]:
    payload = await do(await world.client(), document, **variables)
    return codes(payload)[0], said(payload)


@pytest.mark.parametrize("mutation", ANSWERS)
async def test_a_challenge_that_is_unknown_or_for_another_step_is_called_a_step_of_the_sign_in(
    world: World, mutation: str
) -> None:
    document, given = ANSWERS[mutation]
    ada = await world.user(await world.platform(password_max_age_days=1, mfa_required=True))
    await User.filter(id=ada.id).update(password_changed_at=world.clock.now - timedelta(days=2))
    other = await challenged(world, ada, "PASSWORD_CHANGE")
    if mutation == "replaceExpiredPassword":
        await with_mfa(world, ada)
        other = await challenged(world, ada)
    for token in ("", "unknown", "x" * 43, other):
        assert await refused(world, document, token=token, **given) == ("INVALID_TOKEN", CHALLENGE)


async def test_a_challenge_that_is_over_says_the_same_as_one_that_never_was(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(lockout_threshold=50))
    app = await with_mfa(world, ada)
    used, void, late = [await challenged(world, ada) for _ in range(3)]
    for _ in range(5):
        assert (await refused(world, VERIFY, token=void, code=wrong_code(app, clock.now)))[0] == "INVALID_CODE"
    assert (await do(await world.client(), VERIFY, token=used, code=app.at(clock.now)))["session"]
    shut = await world.user(await ada.platform)
    await with_mfa(world, shut)
    disabled = await challenged(world, shut)
    await User.filter(id=shut.id).update(disabled_at=clock.now)
    assert await refused(world, VERIFY, token=disabled, code="000000") == ("INVALID_TOKEN", CHALLENGE)
    clock.advance(minutes=5)
    for token in (used, void, late, "unknown"):
        assert await refused(world, VERIFY, token=token, code=app.at(clock.now)) == ("INVALID_TOKEN", CHALLENGE)


async def test_an_invitation_that_is_over_says_the_same_as_one_that_never_was(
    world: World, clock: StandingClock
) -> None:
    platform = await world.platform()
    admin = await world.actor(await world.admin(platform))
    tokens = {}
    for name in ("used", "replaced", "newest", "late", "disabled"):
        user = await world.user(platform, name, invited=True)
        await invite(user, admin, now=clock.now, vault=world.vault)
        tokens[name] = await mailed_token(world, user, MailKind.INVITATION)
        if name == "replaced":
            clock.advance(seconds=1)
            await invite(user, admin, now=clock.now, vault=world.vault)
        if name == "disabled":
            await User.filter(id=user.id).update(disabled_at=clock.now)
    del tokens["newest"]
    assert codes(await do(await world.client(), ACCEPT, token=tokens["used"], password=NEW_PASSWORD)) == []
    dead = [
        await refused(world, ACCEPT, token=tokens[name], password=NEW_PASSWORD) for name in tokens if name != "late"
    ]
    clock.advance(hours=72)
    for token in (tokens["late"], "unknown"):
        dead.append(await refused(world, ACCEPT, token=token, password=NEW_PASSWORD))
    assert dead == [("INVALID_TOKEN", INVITATION)] * 5


async def test_a_reset_link_that_is_over_says_the_same_as_one_that_never_was(
    world: World, clock: StandingClock
) -> None:
    platform = await world.platform()
    ada, bob = await world.user(platform), await world.user(platform)
    replaced = await requested_link(world, ada)
    clock.advance(seconds=1)
    used, late = await requested_link(world, ada), await requested_link(world, bob)
    assert codes(await do(await world.client(), RESET, token=used, password=NEW_PASSWORD)) == []
    clock.advance(minutes=60)
    for token in (replaced, used, late, "unknown"):
        assert await refused(world, RESET, token=token, password=NEW_PASSWORD) == ("INVALID_TOKEN", LINK)


@pytest.mark.parametrize(
    ("document", "password"),
    [(CHANGE, {"new": NEW_PASSWORD, "old": ""}), (DISABLE_MFA, {"password": ""}), (REGENERATE, {"password": ""})],
)
async def test_owners_learn_whether_their_password_is_wrong_or_their_account_is_locked(
    world: World, document: str, password: dict[str, str]
) -> None:
    ask = await world.client(await world.user(await world.platform(lockout_threshold=3)))
    found = [said(await do(ask, document, **password)) for _ in range(4)]
    assert found == [
        "The password is wrong.",
        "The password is wrong.",
        "The password is wrong, and the account is locked now, after too many wrong ones.",
        "The account is locked after too many wrong passwords; wait for the lock to end or be lifted.",
    ]


async def test_a_first_code_without_a_secret_says_that_the_enrollment_has_to_begin(
    world: World, clock: StandingClock
) -> None:
    ask = await world.client(await world.user(await world.platform()))
    none = "No secret waits for its first code: it was confirmed, replaced, or never made. Begin the enrollment again."
    assert said(await do(ask, CONFIRM, code="000000")) == none
    app = pyotp.TOTP((await do(ask, BEGIN))["secret"])
    assert said(await do(ask, CONFIRM, code=wrong_code(app, clock.now))) == "The code is wrong, used or out of date."
    assert codes(await do(ask, CONFIRM, code=app.at(clock.now))) == []
    assert said(await do(ask, CONFIRM, code=app.at(clock.now))) == none


async def test_a_role_that_cannot_be_changed_says_why(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    given = (await call(ask, ADD_ROLE, name="Given", permissions=["USERS_READ"]))["role"]["id"]
    await world.user(await admin.platform, role="Given")
    built_in = role_id(await world.role(await admin.platform, "Viewer"))
    assert said(await call(ask, DELETE_ROLE, id=given)) == "Users still have this role; give them another one first."
    for document in (DELETE_ROLE, EDIT_ROLE):
        assert said(await call(ask, document, id=built_in)) == "Built-in roles can be neither changed nor deleted."


async def test_a_role_names_whether_it_or_its_new_permissions_exceed_the_actors(world: World) -> None:
    platform = await world.platform()
    facts = {"permissions": ["USERS_READ", "ROLES_MANAGE"], "created_at": world.clock.now}
    await Role.create(id=uuid4(), platform_id=platform.id, name="Roles", name_key="roles", **facts)
    ask = await world.client(await world.user(platform, role="Roles"))
    beyond = await Role.create(
        id=uuid4(), platform_id=platform.id, name="B", name_key="b", **facts | {"permissions": ["AUDIT_READ"]}
    )
    payload = await call(ask, ADD_ROLE, name="Mine", permissions=["AUDIT_READ"])
    assert said(payload) == "You do not hold all of these permissions yourself."
    assert said(await call(ask, EDIT_ROLE, id=role_id(beyond))) == "This role holds permissions that you do not."


async def test_a_version_and_a_key_that_are_out_of_date_say_so(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    payload = await call(ask, EDIT, id=user_id(admin), firstName="New", expectedVersion=7)
    assert said(payload) == "The user has changed since this version was read."
    role = role_id(await world.role(await admin.platform, "Viewer"))
    new = {"lastName": "Novak", "email": "mia@example.org", "roleId": role, "idempotencyKey": "k"}
    assert (await call(ask, ADD, firstName="Mia", **new))["errors"] == []
    payload = await call(ask, ADD, firstName="Maja", **new)
    assert said(payload) == "This idempotency key came with another input before; use a new key."


async def test_who_sent_a_dead_token_learns_that_the_session_is_over(world: World, clock: StandingClock) -> None:
    over = "The token is of no live session: the session has ended, or the token is unknown. Sign in again."
    ada = await world.user(await world.platform())
    ended = await world.session(ada)
    clock.advance(days=30)
    for token, message in ((None, "Sign in first."), ("unknown", over), (ended, over)):
        for document in ("{ users { totalCount } }", "mutation { signOut { errors { code } } }"):
            answer = await Client(world.app, token)(document)
            assert [error["message"] for error in answer.body["errors"]] == [message]
            assert answer.codes == ["UNAUTHENTICATED"]
    assert (await sign_in(world, ada, PASSWORD))["session"]
