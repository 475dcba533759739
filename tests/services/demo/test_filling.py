"""A filled platform: what it shows, and that every row is as the services would have written it."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from models.alerts import AlertType, alert_condition
from models.attention import alerts_of
from models.audit_event import AuditEvent
from models.invitation import Invitation
from models.keys import email_key, sort_key
from models.mail import Mail
from models.platform import Platform
from models.recovery_code import RecoveryCode
from models.session import Session
from models.status import UserStatus, status_of
from models.user import NEVER, SearchWord, User
from services.demo import filling
from services.demo.filling import fill, users_there
from services.demo.lives import SHARES
from services.demo.platforms import demo_platforms
from services.visibility import WHOLE

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def filled(users: int, seed: int = 1) -> tuple[Platform, Platform]:
    plans = demo_platforms("Demo", users)
    for plan in plans:
        await fill(plan, seed=seed, password_hash="hash", totp_secret="sealed", now=NOW, progress=lambda done: None)
    demo, secure = [await Platform.get(name=plan.name) for plan in plans]
    return demo, secure


async def everybody(platform: Platform) -> list[User]:
    return await User.filter(platform_id=platform.id).select_related(*WHOLE)


async def test_ten_users_show_every_status_and_with_the_small_platform_every_alert(database: str) -> None:
    demo, secure = await filled(10)
    users, guarded = await everybody(demo), await everybody(secure)
    assert (len(users), len(guarded)) == (10, 8)
    assert {status_of(user) for user in users} == set(UserStatus)
    shown = {alert.type for user in users for alert in alerts_of(user, demo, NOW)}
    assert shown == set(AlertType) - {AlertType.MFA_MISSING}
    kept = {alert.type for user in guarded for alert in alerts_of(user, secure, NOW)}
    assert {AlertType.MFA_MISSING, AlertType.SECURITY_LOCKED_OUT} <= kept


async def test_alerts_are_found_by_their_conditions_too(database: str) -> None:
    demo, _ = await filled(300)
    seen = Counter(alert.type for user in await everybody(demo) for alert in alerts_of(user, demo, NOW))
    for type in AlertType:
        condition = alert_condition(type, demo, NOW)
        assert await User.filter(condition, platform_id=demo.id).count() == seen[type]


async def test_policies_differ_from_a_new_platforms_where_the_demo_needs_it(database: str) -> None:
    demo, secure = await filled(1)
    policy = ("password_max_age_days", "mfa_required", "lockout_minutes", "lockout_threshold", "invitation_hours")
    assert [getattr(demo, name) for name in policy] == [90, False, 1440, 5, 72]
    assert [getattr(secure, name) for name in policy] == [0, True, 0, 5, 72]


async def test_two_thousand_users_are_spread_as_announced(database: str) -> None:
    demo, _ = await filled(2000)
    users = await everybody(demo)
    statuses = Counter(status_of(user) for user in users)
    assert 0.77 < statuses[UserStatus.ACTIVE] / 2000 < 0.83
    assert 0.10 < statuses[UserStatus.INVITED] / 2000 < 0.14
    active = [user for user in users if user.activated_at]
    assert 0.56 < sum(user.totp_confirmed_at is not None for user in active) / len(active) < 0.64
    assert sum(user.sso_linked_at is not None for user in users) > 200
    assert {user.role.name for user in users} == {"Platform", "Support", "Viewer"}
    assert await Session.all().count() > 100


async def test_keys_and_search_words_are_those_of_the_model(database: str) -> None:
    demo, secure = await filled(300)
    words: dict[Any, set[str]] = {}
    for row in await SearchWord.all():
        words.setdefault(row.user_id, set()).add(row.word)  # type: ignore[attr-defined]
    for user in [*await everybody(demo), *await everybody(secure)]:
        keys = (user.email_key, user.first_name_key, user.last_name_key)
        assert keys == (email_key(user.email), sort_key(user.first_name), sort_key(user.last_name))
        assert user.last_login_key == (user.last_login_at or NEVER)
        assert words[user.id] == user.search_words()


async def test_exactly_who_has_not_set_up_the_account_has_an_invitation_and_its_mail_is_settled(database: str) -> None:
    demo, _ = await filled(300)
    users = await everybody(demo)
    assert {user.id for user in users if user.invitation} == {user.id for user in users if user.activated_at is None}
    assert {status_of(user) for user in users if user.invitation} == {UserStatus.INVITED, UserStatus.INACTIVE}
    assert (
        await Invitation.filter(user__platform_id=demo.id).count()
        == await Mail.filter(user__platform_id=demo.id, state__in=["SENT", "FAILED"], sealed_token__isnull=True).count()
    )
    assert await Mail.filter(state="QUEUED").count() == 0
    for user in users:
        if user.invitation:
            assert (user.invitation.token_hash is None) == (user.disabled_at is not None)
            assert user.password_hash is None


async def test_facts_of_one_life_do_not_contradict_each_other(database: str) -> None:
    demo, _ = await filled(1000)
    assert len(SHARES) == 9
    for user in await everybody(demo):
        course = [demo.created_at, user.created_at, user.activated_at, user.last_login_at, user.disabled_at, NOW]
        moments = [moment for moment in course if moment is not None]
        assert moments == sorted(moments)
        assert (user.activated_at is None) == (user.last_login_at is None) == (user.password_hash is None)
        assert (user.totp_secret is None) == (user.totp_confirmed_at is None)
        assert (user.locked_at is None) == (user.failed_sign_ins == 0)
    for session in await Session.all().select_related("user__platform"):
        assert session.created_at == session.user.last_login_at
        assert session.expires_at(session.user.platform) > NOW
    with_codes = await RecoveryCode.all().distinct().values_list("user__totp_confirmed_at", flat=True)
    assert None not in with_codes


async def test_the_trail_tells_what_happened(database: str) -> None:
    demo, _ = await filled(10)
    types = Counter(event.type for event in await AuditEvent.filter(platform_id=demo.id))
    assert types == {"user.added": 10, "user.disabled": 1, "user.locked": 1}
    first = await AuditEvent.filter(platform_id=demo.id, type="user.added", actor_id__isnull=True).get()
    assert first.actor_name == "System"
    others = await AuditEvent.filter(platform_id=demo.id, type="user.added", actor_id__isnull=False)
    assert {event.actor_name for event in others} == {"Ada Lovelace"}


async def test_more_users_than_fit_in_one_transaction(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "AT_ONCE", 40)
    heard: list[int] = []
    plan = demo_platforms("Demo", 100)[0]
    assert await users_there(plan) is None
    await fill(plan, seed=1, password_hash="hash", totp_secret="sealed", now=NOW, progress=heard.append)
    assert heard == [40, 80, 100]
    assert await users_there(plan) == 100
