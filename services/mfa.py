"""The second factor: set up, asked for, switched off, reset."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.transactions import in_transaction

from models.challenge import Challenge, ChallengeKind
from models.mail import MailKind
from models.recovery_code import RecoveryCode
from models.repeating import repeated
from models.status import has_mfa
from models.user import User
from services import totp
from services.actor import Actor, Origin
from services.attempts import count_attempt, deny, take_back
from services.audit import record_own
from services.challenges import OVER, Challenged, answer, count_code, is_open, open_challenge, void_challenges
from services.changing import changing
from services.mail.outbox import enqueue
from services.own_account import GONE, confirm_password, own_row, unchanged
from services.passwords import Hasher
from services.policy import UserAction
from services.recovery_codes import recovery_codes_left, replace_recovery_codes, use_recovery_code
from services.refusals import Denial, Forbidden, InvalidCode, InvalidToken, NotActive
from services.sessions import Started, end_sessions
from services.signing_in import advance, complete
from services.vault import Vault
from services.visibility import account


@dataclass(frozen=True)
class Enrollment:
    """A secret that counts only once the app has shown its first code."""

    secret: str
    uri: str


@dataclass(frozen=True)
class Enrolled:
    """`signed_in` where the enrolment was a step of a sign-in."""

    user: User
    recovery_codes: list[str]
    signed_in: Started | None


async def begin_enrollment(who: Actor | str, *, now: datetime, vault: Vault) -> Enrollment:
    """`who`: the signed-in actor, or the token of a challenge of kind MFA_ENROLLMENT. Replaces an unconfirmed secret.

    Raises InvalidToken; Forbidden where MFA is on already, for a stolen session must not swap the authenticator.
    """
    user, _ = await _enrolling(who, now)
    secret = totp.new_secret()
    pending = account(user.id).filter(totp_confirmed_at__isnull=True)
    if not await pending.update(totp_pending_secret=vault.seal(secret)):
        raise Forbidden("MFA is on already; switch it off first.")
    return Enrollment(secret, totp.provisioning_uri(secret, account=user.email, issuer=user.platform.name))


async def confirm_enrollment(who: Actor | str, code: str, origin: Origin, *, now: datetime, vault: Vault) -> Enrolled:
    """Switches MFA on with the app's first code; every other session ends. Raises InvalidToken or InvalidCode."""
    user, row = await _enrolling(who, now)
    if row is not None:
        await count_code(row)
    pending = user.totp_pending_secret
    if pending is None:
        raise InvalidCode(NOT_BEGUN, denial=Denial.WRONG, field="code")
    step = totp.matching_step(vault.open(pending), code, now)
    if step is None:
        raise InvalidCode(denial=Denial.WRONG, field="code")
    return await _switch_on(who, user, row, step, origin, now)


async def verify_mfa(origin: Origin, token: str, code: str, *, now: datetime, vault: Vault) -> Started | Challenged:
    """Answers a challenge with a code of the app or a recovery code. A wrong code counts like a wrong password.

    Raises InvalidToken (unknown or void challenge; five wrong codes void it) or InvalidCode.
    """
    row, user = await open_challenge(token, ChallengeKind.MFA_CODE, now)
    await count_code(row)
    attempt = await count_attempt(user, now)
    try:
        outcome = await _pass(row, user, code if attempt.allowed else None, origin, now, vault)
    except InvalidToken:  # the same code, sent twice at once: that was no guess
        await take_back(user)
        raise
    if outcome is not None:
        return outcome
    raise InvalidCode(denial=await deny(user, attempt, origin, now), field="code")


async def disable_mfa(actor: Actor, password: str, *, now: datetime, hasher: Hasher) -> User:
    """Switches one's own MFA off; every other session ends. Raises Forbidden where the platform requires MFA."""
    if actor.platform.mfa_required:
        raise Forbidden("The platform requires MFA.")
    return await _switch_off(actor, await confirm_password(actor, password, now=now, hasher=hasher), now)


async def regenerate_recovery_codes(actor: Actor, password: str, *, now: datetime, hasher: Hasher) -> list[str]:
    """A new set; the old one is dead. Raises NotActive without MFA."""
    return await _regenerate(actor, await confirm_password(actor, password, now=now, hasher=hasher), now)


async def reset_user_mfa(actor: Actor, user_id: UUID, *, now: datetime) -> User:
    """Removes another user's MFA, for a lost authenticator; every session ends and the user is told."""
    async with changing(actor, user_id, UserAction.RESET_MFA, "user.mfa_reset", now=now) as editing:
        user = editing.user
        if has_mfa(user) or user.totp_pending_secret:
            user.platform = actor.platform
            await _remove(user, now)
        ended = await end_sessions(user.id)
        if ended:
            editing.note("sessions", ended, 0)
    return editing.user


NOT_BEGUN = "No secret waits for its first code: it was confirmed, replaced, or never made. Begin the enrollment again."

FACTOR = ["totp_secret", "totp_pending_secret", "totp_confirmed_at"]


async def _enrolling(who: Actor | str, now: datetime) -> tuple[User, Challenge | None]:
    if isinstance(who, Actor):
        user = await own_row(who)
        if user is None:
            raise InvalidToken("This account is gone.")
        return user, None
    row, user = await open_challenge(who, ChallengeKind.MFA_ENROLLMENT, now)
    return user, row


@repeated
async def _pass(
    row: Challenge, user: User, code: str | None, origin: Origin, now: datetime, vault: Vault
) -> Started | Challenged | None:
    """What the code leads to; None: it is wrong. Raises InvalidToken where another request has answered."""
    async with in_transaction():
        fresh = await account(user.id).select_for_update(no_key=True).first()
        if fresh is None or not await is_open(row):
            raise InvalidToken(OVER, field="challenge_token")
        if code is None or not await _use_code(fresh, code, origin, now, vault):
            return None
        await answer(row)
        outcome = await advance(user, origin, now, mfa_done=True)
        if isinstance(outcome, Challenged):
            await take_back(user)
        return outcome


@repeated
async def _switch_on(
    who: Actor | str, user: User, row: Challenge | None, step: int, origin: Origin, now: datetime
) -> Enrolled:
    """Raises InvalidCode where the secret that was checked is no longer the one that waits."""
    async with in_transaction():
        fresh = await account(user.id).select_for_update(no_key=True).first()
        if fresh is None or fresh.disabled_at is not None:
            raise InvalidCode(GONE, denial=Denial.CHANGED_MEANWHILE, field="code")
        if fresh.totp_pending_secret != user.totp_pending_secret:
            raise InvalidCode(NOT_BEGUN, denial=Denial.CHANGED_MEANWHILE, field="code")
        if row is not None:
            await answer(row)
        await void_challenges(fresh.id)
        fresh.platform, fresh.role = user.platform, user.role
        fresh.totp_secret, fresh.totp_pending_secret = fresh.totp_pending_secret, None
        fresh.totp_confirmed_at, fresh.totp_last_step = now, step
        await _save_factor(fresh, now)
        codes = await replace_recovery_codes(fresh.id)
        await end_sessions(fresh.id, but=who.session.id if isinstance(who, Actor) else None)
        await _tell(fresh, MailKind.MFA_ENABLED, now)
        await record_own(fresh, origin, "user.mfa_enabled", now=now)
        signed_in = await complete(fresh, origin, now) if row is not None else None
    return Enrolled(fresh, codes, signed_in)


@repeated
async def _switch_off(actor: Actor, checked: User, now: datetime) -> User:
    async with in_transaction():
        user = await unchanged(checked)
        if has_mfa(user):
            await _remove(user, now)
            user.version, user.updated_at = user.version + 1, now
            await user.save(update_fields=[*FACTOR, "version", "updated_at"])
            await end_sessions(user.id, but=actor.session.id)
            await record_own(user, actor.origin, "user.mfa_disabled", now=now)
    return user


@repeated
async def _regenerate(actor: Actor, checked: User, now: datetime) -> list[str]:
    async with in_transaction():
        user = await unchanged(checked)
        if not has_mfa(user):
            raise NotActive("MFA is not on.")
        await record_own(user, actor.origin, "user.recovery_codes_replaced", now=now)
        return await replace_recovery_codes(user.id)


async def _use_code(user: User, code: str, origin: Origin, now: datetime, vault: Vault) -> bool:
    """Uses a code up, whichever kind it is; of two requests with one code, one wins. `user` is the row, locked."""
    secret = vault.open(user.totp_secret) if user.totp_secret else None
    step = totp.matching_step(secret, code, now) if secret else None
    if step is not None:
        return bool(await account(user.id).filter(totp_last_step__lt=step).update(totp_last_step=step))
    if not await use_recovery_code(user.id, code):
        return False
    [left] = await recovery_codes_left([user.id])
    facts = {"left": str(left)}
    await enqueue(user, MailKind.RECOVERY_CODE_USED, now=now, facts=facts)
    await record_own(user, origin, "user.recovery_code_used", now=now)
    return True


async def _save_factor(user: User, now: datetime) -> None:
    user.version, user.updated_at = user.version + 1, now
    await user.save(update_fields=[*FACTOR, "totp_last_step", "version", "updated_at"])


async def _remove(user: User, now: datetime) -> None:
    """Forgets the factor in the row, which the caller saves, and everything that hangs on it."""
    if has_mfa(user):
        await _tell(user, MailKind.MFA_DISABLED, now)
    user.totp_secret = user.totp_pending_secret = user.totp_confirmed_at = None
    await RecoveryCode.filter(user_id=user.id).delete()
    await void_challenges(user.id)


async def _tell(user: User, kind: MailKind, now: datetime) -> None:
    await enqueue(user, kind, now=now, facts={"platform": user.platform.name})
