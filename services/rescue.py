"""What whoever runs the server may do for an account, with nobody signed in."""

from datetime import datetime

from tortoise.transactions import in_transaction

from models.audit_event import Change
from models.user import User
from services.actor import Origin
from services.audit import record
from services.changing import as_text
from services.refusals import NotFound
from services.visibility import signing_in_as


async def unlock_account(email: str, *, now: datetime) -> User:
    """Lifts the lock and forgets the failed sign-ins; nothing to lift: nothing changes. Raises NotFound."""
    async with in_transaction():
        user = await signing_in_as(email).select_for_update(no_key=True).first()
        if user is None:
            raise NotFound("No account signs in with this address.", field="email")
        if user.locked_at is None and user.failed_sign_ins == 0:
            return user
        lock = [Change(field="lockedAt", before=as_text(user.locked_at), after=None)] if user.locked_at else []
        user.locked_at, user.failed_sign_ins = None, 0
        user.version, user.updated_at = user.version + 1, now
        await user.save(update_fields=["locked_at", "failed_sign_ins", "version", "updated_at"])
        await record(Origin(), "user.unlocked", user, now=now, changes=lock)
    return user
