"""How many SQL statements reading takes: the same for five users and for a hundred, none for what is not asked."""

from uuid import uuid4

import pytest

from models.invitation import Invitation
from models.mail import Mail
from models.user import User
from tests.conftest import T0
from tests.statements import statements
from tests.world import Client, World

pytestmark = pytest.mark.anyio

ROW = """id fullName status alerts { type message } role { name permissions } platform { name }
    mfa { enabled recoveryCodesLeft } sso { enabled } password { expired } lockout { until }
    invitation { expired delivery { state } invitedBy { fullName } } avatarUrl
    viewerActions { action allowed applicable code }"""
SESSION, PAGE, RECOVERY_CODES, INVITERS, ADMINISTRATORS, LIVE_SESSIONS = 1, 1, 1, 1, 2, 1
"""Statements: administrators need the roles that make one, then who has these."""


async def cost(ask: Client, document: str) -> int:
    with statements() as heard:
        answer = await ask(document)
    assert answer.data is not None
    return len(heard)


@pytest.fixture
async def ask(world: World) -> Client:
    """A platform of 120 users, some with a second factor, some invited, by different people."""
    platform = await world.platform(mfa_required=True, password_max_age_days=1)
    admin = await world.admin(platform, last_name="AAA")
    others = [await world.user(platform, "U", f"B{number:03}", totp_confirmed_at=T0) for number in range(20)]
    role = await world.role(platform, "Viewer")
    facts = {"platform_id": platform.id, "role_id": role.id, "timezone": "UTC", "created_at": T0, "updated_at": T0}
    invited = [User.named("U", f"C{n:03}", f"c{n}@example.org", id=uuid4(), **facts) for n in range(100)]
    await User.bulk_create(invited)
    about = {"kind": "invitation", "recipient": "", "created_at": T0, "due_at": T0}
    mails = [Mail(id=uuid4(), user_id=user.id, **about) for user in invited]
    await Mail.bulk_create(mails)
    await Invitation.bulk_create(
        Invitation(id=uuid4(), user_id=user.id, mail_id=mail.id, sent_at=T0, expires_at=T0, invited_by_id=by.id)
        for user, mail, by in zip(invited, mails, others * 5, strict=True)
    )
    for user in others[:3]:
        await world.recovery_codes(user, 2)
    return await world.client(admin)


async def test_a_page_of_a_hundred_users_takes_as_many_statements_as_a_page_of_five(ask: Client) -> None:
    expected = SESSION + PAGE + RECOVERY_CODES + INVITERS + ADMINISTRATORS + LIVE_SESSIONS
    for first, offset in ((5, 19), (100, 0), (100, 19)):
        document = f"{{ users(first: {first}, offset: {offset}) {{ nodes {{ {ROW} }} pageInfo {{ endCursor }} }} }}"
        assert await cost(ask, document) == expected, (first, offset)


@pytest.mark.parametrize(
    ("fields", "more"),
    [
        ("pageInfo { hasNextPage }", 0),
        ("nodes { id fullName status role { name } platform { name } alerts { type } }", 0),
        ("nodes { invitation { expired delivery { state } } }", 0),
        ("nodes { mfa { enabled methods enrolledAt } sso { enabled } password { isSet } lockout { until } }", 0),
        ("edges { cursor node { mfa { recoveryCodesLeft } } }", RECOVERY_CODES),
        ("nodes { invitation { invitedBy { role { name } alerts { type } } } }", INVITERS),
        ("nodes { viewerActions { action } }", ADMINISTRATORS),
        ("nodes { viewerActions { action applicable } }", ADMINISTRATORS + LIVE_SESSIONS),
        ("nodes { id } totalCount", 1),
        ("facets { __typename }", 0),
        ("facets { status { count } }", 1),
        ("facets { roles { count role { name } } }", 2),
        ("facets { alerts { count } }", 6),
        ("facets { mfaEnabled mfaNotEnabled }", 1),
        ("nodes { role { userCount } }", 1),
    ],
)
async def test_only_what_is_asked_costs_a_statement(ask: Client, fields: str, more: int) -> None:
    assert await cost(ask, f"{{ users(first: 100, offset: 15) {{ {fields} }} }}") == SESSION + PAGE + more


async def test_roles_and_how_many_users_they_have_take_two_statements(ask: Client) -> None:
    assert await cost(ask, "{ roles { name userCount assignable permissions } }") == SESSION + 2
