"""Accepting an invitation: sets the first password, which confirms the address, and signs in."""

from datetime import datetime

from tortoise.transactions import in_transaction

from models.invitation import Invitation
from services.actor import Origin
from services.attempts import lift_lock_of_owner
from services.audit import record_own
from services.challenges import Challenged
from services.passwords import Hasher
from services.refusals import InvalidToken
from services.sessions import Started
from services.setting_password import hash_of_new_password, set_password
from services.signing_in import advance
from services.tokens import typed_token_hash
from services.visibility import account

DEAD_LINK = "This invitation is unknown, used, replaced or out of date; ask an administrator for a new one."
"""One sentence for all of them, so that nobody can tell which tokens exist."""


async def accept_invitation(
    origin: Origin, token: str, password: str, *, now: datetime, hasher: Hasher
) -> Started | Challenged:
    """A session, or a challenge where the platform asks for more. The link works once.

    Raises InvalidToken (unknown, used, replaced or out of date) or PasswordRejected; then the link still works.
    """
    hash = typed_token_hash(token)
    live = Invitation.filter(token_hash=hash, expires_at__gt=now)
    invitation = await live.first()
    user = await account(invitation.user_id).select_related("role", "platform").first() if invitation else None
    if user is None or user.disabled_at is not None or not await live.exists():
        raise InvalidToken(DEAD_LINK, field="token")
    password_hash = await hash_of_new_password(user, password, hasher, field="password")
    async with in_transaction():
        fresh = await account(user.id).filter(disabled_at__isnull=True).select_for_update(no_key=True).first()
        if fresh is None or not await live.update(token_hash=None):
            raise InvalidToken(DEAD_LINK, field="token")
        fresh.platform, fresh.role = user.platform, user.role
        await set_password(fresh, password_hash, now)
        await lift_lock_of_owner(fresh, origin, now)
        await record_own(fresh, origin, "invitation.accepted", now=now)
        return await advance(fresh, origin, now)
