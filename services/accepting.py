"""Accepting an invitation: sets the first password, which confirms the address, and signs in."""

from datetime import datetime

from tortoise.transactions import in_transaction

from models.invitation import Invitation
from services.actor import Origin
from services.audit import record_own
from services.password_rules import require_good_password
from services.passwords import Hasher
from services.refusals import InvalidToken
from services.sessions import Started
from services.signing_in import complete
from services.tokens import token_hash
from services.visibility import account


async def accept_invitation(origin: Origin, token: str, password: str, *, now: datetime, hasher: Hasher) -> Started:
    """Raises InvalidToken (unknown, used, replaced or out of date) or PasswordRejected; then the link still works."""
    hash = token_hash(token)
    invitation = await Invitation.filter(token_hash=hash, expires_at__gt=now).first()
    user = await account(invitation.user_id).select_related("role", "platform").first() if invitation else None
    if user is None or user.disabled_at is not None:
        raise InvalidToken(field="token")
    require_good_password(password, user)
    password_hash = await hasher.hash(password)
    async with in_transaction():
        fresh = await account(user.id).filter(disabled_at__isnull=True).select_for_update().first()
        used = await Invitation.filter(token_hash=hash, expires_at__gt=now).update(token_hash=None)
        if fresh is None or not used:
            raise InvalidToken(field="token")
        fresh.password_hash, fresh.password_changed_at = password_hash, now
        await fresh.save(update_fields=["password_hash", "password_changed_at"])
        await record_own(fresh, origin, "invitation.accepted", now=now)
        user.password_hash = password_hash
        return await complete(user, origin, now)
