"""Adding a user by hand: the same tables as Rollcall writes, in one transaction, and no rule that is not needed."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from models.keys import email_key, sort_key, words
from models.user import NEVER
from services.vault import Vault

ROLE = "SELECT id, name FROM roles WHERE id = $1 AND platform_id = $2"
USER = """INSERT INTO users (id, platform_id, role_id, email, email_key, first_name, last_name, first_name_key,
last_name_key, timezone, last_login_key, failed_sign_ins, totp_last_step, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 1, $12, $12)"""
WORDS = "INSERT INTO search_words (platform_id, user_id, word) SELECT $1, $2, unnest($3::text[])"
MAIL = """INSERT INTO mails (id, user_id, kind, recipient, facts, sealed_token, state, attempts, created_at, due_at)
VALUES ($1, $2, 'invitation', $3, $4, $5, 'QUEUED', 0, $6, $6)"""
INVITATION = """INSERT INTO invitations
(id, user_id, invited_by_id, mail_id, token_hash, sent_at, expires_at, times_sent)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1)"""
EVENT = """INSERT INTO audit_events (id, platform_id, at, type, actor_id, actor_name, target_id, changes, ip_address)
VALUES ($1, $2, $3, 'user.added', $4, $5, $6, $7, '127.0.0.1')"""


async def add(database: Any, session: Any, given: dict[str, str], now: datetime) -> dict[str, str]:
    """The user's id and address."""
    first, last, email = given["firstName"], given["lastName"], given["email"]
    id, mail_id, token = uuid4(), uuid4(), secrets.token_urlsafe(32)
    platform, actor = session["platform_id"], f"{session['first_name']} {session['last_name']}"
    expires_at = now + timedelta(hours=session["invitation_hours"])
    async with database.transaction():
        role = await database.fetchrow(ROLE, UUID(given["roleId"]), platform)
        keys = (email_key(email), first, last, sort_key(first), sort_key(last))
        await database.execute(USER, id, platform, role["id"], email, *keys, session["timezone"], NEVER, now)
        await database.execute(WORDS, platform, id, sorted(words(first, last, email)))
        facts = _mail_facts(first, last, session["platform"], actor, expires_at)
        await database.execute(MAIL, mail_id, id, email, facts, _vault().seal(token), now)
        hash = hashlib.sha256(token.encode()).hexdigest()
        await database.execute(INVITATION, uuid4(), id, session["user_id"], mail_id, hash, now, expires_at)
        changes = _changes(firstName=first, lastName=last, email=email, role=role["name"])
        await database.execute(EVENT, uuid4(), platform, now, session["user_id"], actor, id, changes)
    return {"id": str(id), "email": email}


def _mail_facts(first: str, last: str, platform: str, inviter: str, expires_at: datetime) -> str:
    facts = {"first_name": first, "full_name": f"{first} {last}", "platform": platform, "inviter": inviter}
    return orjson.dumps(facts | {"expires_at": f"{expires_at:%Y-%m-%d %H:%M} UTC"}).decode()


def _changes(**facts: str) -> str:
    return orjson.dumps([{"field": field, "before": None, "after": value} for field, value in facts.items()]).decode()


_vaults: list[Vault] = []


def _vault() -> Vault:
    """Sealing the link's token is no luxury: nobody may read it in the database."""
    if not _vaults:
        _vaults.append(Vault(["a-key-for-measuring-and-for-nothing-else"]))
    return _vaults[0]
