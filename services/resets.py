"""Forgotten passwords: a link by mail, good once and for an hour; it neither signs in nor touches MFA."""

from datetime import datetime, timedelta
from math import ceil
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from models.mail import MailKind
from models.password_reset import PasswordReset
from models.status import UserStatus, status_of
from models.user import User
from services.actor import Actor, Origin
from services.attempts import lift_lock_of_owner
from services.audit import record_own
from services.changing import changing
from services.mail.outbox import enqueue, sent_since, withdraw
from services.passwords import Hasher
from services.policy import UserAction
from services.refusals import InvalidToken, RateLimited
from services.sessions import end_sessions
from services.setting_password import hash_of_new_password, set_password, tell_password_changed
from services.signing_in import whoever_signs_in_as
from services.tokens import new_token, token_hash, typed_token_hash
from services.unhurried import unhurried
from services.vault import Vault
from services.visibility import account

LIFETIME = timedelta(minutes=60)
AN_HOUR = timedelta(hours=1)
AN_HOUR_AT_MOST = 3
DEAD_LINK = "This link to choose a new password is unknown, used, replaced or out of date; ask for a new one."
"""One sentence for all of them, so that nobody can tell which tokens exist."""

ANSWERED_AFTER = 0.1
"""Seconds: several times what writing a link takes, so that nobody sees whether one was written."""


async def request_password_reset(origin: Origin, email: str, *, now: datetime, vault: Vault) -> None:
    """Sends a link if an active account signs in with this address; says nothing either way, not by its time either."""
    async with unhurried(ANSWERED_AFTER):
        user = await whoever_signs_in_as(email)
        if user is not None and status_of(user) is UserStatus.ACTIVE:
            await _send_unless_too_often(user, origin, now, vault)


async def send_password_reset(actor: Actor, user_id: UUID, *, now: datetime, vault: Vault) -> User:
    """An administrator starts the reset and never sees the link. Raises NotActive; RateLimited after three an hour."""
    event = "user.password_reset_sent"
    async with changing(actor, user_id, UserAction.SEND_PASSWORD_RESET, event, now=now) as editing:
        wait = await _wait(editing.user, now)
        if wait is not None:
            raise RateLimited(retry_after=wait, message="Three links went to this user within the last hour.")
        editing.user.platform = actor.platform
        await _send(editing.user, now, vault)
        editing.note("passwordReset", None, "sent")
    return editing.user


async def reset_password(origin: Origin, token: str, new_password: str, *, now: datetime, hasher: Hasher) -> None:
    """Sets a new password, ends every session and lifts a lock. Raises InvalidToken or PasswordRejected."""
    live = PasswordReset.filter(token_hash=typed_token_hash(token), expires_at__gt=now)
    reset = await live.first()
    user = await account(reset.user_id).select_related("platform").first() if reset else None
    if user is None or status_of(user) is not UserStatus.ACTIVE:
        raise InvalidToken(DEAD_LINK, field="token")
    password_hash = await hash_of_new_password(user, new_password, hasher, field="new_password")
    async with in_transaction():
        fresh = await account(user.id).filter(disabled_at__isnull=True).select_for_update(no_key=True).first()
        if fresh is None or not await live.delete():
            raise InvalidToken(DEAD_LINK, field="token")
        fresh.platform = user.platform
        await set_password(fresh, password_hash, now)
        await lift_lock_of_owner(fresh, origin, now)
        await end_sessions(fresh.id)
        await tell_password_changed(fresh, now)
        await record_own(fresh, origin, "user.password_changed", now=now)


async def kill_reset(user_id: UUID) -> None:
    """Ends an open link, in the caller's transaction: the address or the account is no longer what it was."""
    await PasswordReset.filter(user_id=user_id).delete()
    await withdraw(user_id, MailKind.PASSWORD_RESET)


async def _send_unless_too_often(user: User, origin: Origin, now: datetime, vault: Vault) -> None:
    async with in_transaction():
        fresh = await account(user.id).select_for_update(no_key=True).first()
        if fresh is not None and status_of(fresh) is UserStatus.ACTIVE and await _wait(fresh, now) is None:
            fresh.platform = user.platform
            await _send(fresh, now, vault)
            await record_own(fresh, origin, "user.password_reset_requested", now=now)


async def _send(user: User, now: datetime, vault: Vault) -> None:
    await kill_reset(user.id)
    token, expires_at = new_token(), now + LIFETIME
    await PasswordReset.create(id=uuid4(), user_id=user.id, token_hash=token_hash(token), expires_at=expires_at)
    facts = {"platform": user.platform.name, "expires_at": f"{expires_at:%Y-%m-%d %H:%M} UTC"}
    await enqueue(user, MailKind.PASSWORD_RESET, now=now, facts=facts, token=token, vault=vault)


async def _wait(user: User, now: datetime) -> int | None:
    """Seconds until another link may be sent; None: now."""
    times = await sent_since(user.id, MailKind.PASSWORD_RESET, now - AN_HOUR)
    if len(times) < AN_HOUR_AT_MOST:
        return None
    return ceil((times[-AN_HOUR_AT_MOST] + AN_HOUR - now).total_seconds())
