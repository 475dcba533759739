"""A repeated request with the same key gives the first answer and does nothing again."""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from models.idempotency import REMEMBERED_FOR, IdempotencyRecord
from services.actor import Actor
from services.refusals import IdempotencyMismatch, NotFound


def input_hash(values: dict[str, Any]) -> str:
    """Tells one input from another without keeping it."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


async def remembered(actor: Actor, key: str, hashes: Collection[str], now: datetime) -> UUID | None:
    """The user that the first request made; None where there was none within 24 hours.

    `hashes` are those that a repeat may have. Raises IdempotencyMismatch; NotFound where that user was deleted since,
    for a late repeat must not revive anybody.
    """
    found = await IdempotencyRecord.filter(actor_id=actor.id, key=key, created_at__gt=now - REMEMBERED_FOR).first()
    if found is not None and found.input_hash not in hashes:
        raise IdempotencyMismatch(field="idempotency_key")
    if found is not None and found.user_id is None:
        raise NotFound("The user that this key added is gone.", field="idempotency_key")
    return found.user_id if found else None


async def claim(actor: Actor, key: str, hash: str, now: datetime) -> IdempotencyRecord:
    """Takes the key inside the transaction that does the work; IntegrityError where another request has it.

    PostgreSQL lets the second of two wait here until the first has committed or failed.
    """
    await IdempotencyRecord.filter(actor_id=actor.id, key=key, created_at__lte=now - REMEMBERED_FOR).delete()
    return await IdempotencyRecord.create(id=uuid4(), actor_id=actor.id, key=key, input_hash=hash, created_at=now)


async def fulfil(record: IdempotencyRecord, user_id: UUID) -> None:
    """Notes what came of the request."""
    await IdempotencyRecord.filter(id=record.id).update(user_id=user_id)
