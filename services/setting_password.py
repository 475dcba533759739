"""What a new password brings with it, by whichever way it comes."""

from datetime import datetime
from uuid import uuid4

from models.invitation import Invitation
from models.mail import MailKind
from models.password_reset import PasswordReset
from models.past_password import REMEMBERED, PastPassword
from models.recovery_code import RecoveryCode
from models.user import User
from services.challenges import void_challenges
from services.mail.outbox import enqueue, withdraw
from services.password_rules import require_good_password
from services.passwords import Hasher
from services.refusals import PasswordRejected


async def hash_of_new_password(user: User, password: str, hasher: Hasher, *, field: str) -> str:
    """The hash to store, after all rules. Raises PasswordRejected with the reason. Slow: never inside a transaction.

    `user` has the platform loaded.
    """
    require_good_password(password, user, field=field)
    if user.password_hash is not None and await hasher.verify(user.password_hash, password):
        raise PasswordRejected("This is the current password.", field=field)
    if user.platform.password_max_age_days:
        for past in await PastPassword.filter(user_id=user.id).order_by("-created_at").limit(REMEMBERED):
            if await hasher.verify(past.password_hash, password):
                raise PasswordRejected(f"This is one of the last {REMEMBERED} passwords.", field=field)
    return await hasher.hash(password)


async def set_password(user: User, password_hash: str, now: datetime) -> None:
    """Writes the password in the caller's transaction, with the row locked; open links and half-done sign-ins die."""
    if user.platform.password_max_age_days:
        await _remember(user, password_hash, now)
    user.password_hash, user.password_changed_at = password_hash, now
    user.version, user.updated_at = user.version + 1, now
    await user.save(update_fields=["password_hash", "password_changed_at", "version", "updated_at"])
    await PasswordReset.filter(user_id=user.id).delete()
    await Invitation.filter(user_id=user.id).update(token_hash=None)
    await withdraw(user.id, MailKind.PASSWORD_RESET, MailKind.INVITATION)
    await void_challenges(user.id)


async def forget_set_up(user: User) -> None:
    """Undoes a set-up that was begun: whoever reads the old address must not go on with it at the new one.

    Changes the row, which the caller has locked and saves.
    """
    user.password_hash = user.password_changed_at = None
    user.totp_secret = user.totp_pending_secret = user.totp_confirmed_at = None
    await RecoveryCode.filter(user_id=user.id).delete()
    await void_challenges(user.id)


async def tell_password_changed(user: User, now: datetime) -> None:
    await enqueue(user, MailKind.PASSWORD_CHANGED, now=now, facts={"platform": user.platform.name})


async def _remember(user: User, password_hash: str, now: datetime) -> None:
    for hash, at in ((user.password_hash, user.password_changed_at), (password_hash, now)):
        if hash and at and not await PastPassword.filter(user_id=user.id, password_hash=hash).exists():
            await PastPassword.create(id=uuid4(), user_id=user.id, password_hash=hash, created_at=at)
    newest = PastPassword.filter(user_id=user.id).order_by("-created_at").limit(REMEMBERED)
    await PastPassword.filter(user_id=user.id).exclude(id__in=[past.id for past in await newest]).delete()
