"""Sessions: opaque bearer tokens, alive as long as their row is there and inside its limits."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from models.any_of import AnyOf
from models.database import current
from models.hydration import Shape, shape_of
from models.platform import Platform
from models.role import Permission
from models.session import Session, live_condition
from models.status import UserStatus, status_of
from models.unavailable import DatabaseUnavailable
from models.user import User
from services.actor import Actor, Origin
from services.audit import record, record_own
from services.policy import may_see_sessions
from services.refusals import Forbidden
from services.tokens import new_token, token_hash

OF_SESSION = ("id", "created_at", "last_seen_at")
OF_USER = tuple(
    f"user__{column}" for column in ("id", "email", "first_name", "last_name", "activated_at", "disabled_at")
)
OF_ROLE = ("user__role__id", "user__role__name", "user__role__permissions")
MOST_REMEMBERED = 1000
_made: dict[str, tuple[Any, Session]] = {}
"""By hashes of tokens: the row that the database gave last, and what was made of it. The database is asked each time;
an equal row only spares making the same anew. Those of ended sessions stay until as many others have come."""
MOST_SESSIONS = 20
"""Of one user: one more ends the one that was used longest ago, as the trail tells. No list of sessions is longer."""
SEEN_EVERY = timedelta(minutes=1)
"""`last_seen_at` is written at most this often, so that reading costs no write."""


@dataclass(frozen=True)
class Started:
    """A new session and its token, which exists only here."""

    session: Session
    token: str
    user: User


async def start_session(user: User, origin: Origin, now: datetime) -> Started:
    """Adds a session; call it in the transaction that completes the sign-in, with the user's row locked."""
    token = new_token()
    session = await Session.create(
        id=uuid4(),
        user_id=user.id,
        token_hash=token_hash(token),
        created_at=now,
        last_seen_at=now,
        ip_address=origin.ip_address,
        user_agent=(origin.user_agent or "")[:300] or None,
    )
    others = Session.filter(user_id=user.id).exclude(id=session.id).order_by("-last_seen_at", "-created_at", "-id")
    too_many = (await others.values_list("id", flat=True))[MOST_SESSIONS - 1 :]
    if too_many:
        await Session.filter(AnyOf("id", too_many)).delete()
        await record_own(user, origin, "session.ended", now=now)
    return Started(session, token, user)


async def find_actor(token: str, origin: Origin, now: datetime) -> Actor | None:
    """Who sent this token: one statement; None where the session has ended, by whatever cause."""
    session = await _session_of(token_hash(token))
    if session is None:
        return None
    user = session.user
    if not session.is_live(user.platform, now) or status_of(user) is not UserStatus.ACTIVE:
        return None
    if now - session.last_seen_at >= SEEN_EVERY:
        with suppress(DatabaseUnavailable):  # who only reads need not wait for who writes
            await Session.filter(id=session.id).update(last_seen_at=now)
    return Actor(user, session, origin)


async def _session_of(hash: str) -> Session | None:
    """With its user, role and platform, which are for reading: other requests may have the same instances."""
    database = current()
    shape = _by_token(database.capabilities.dialect)
    rows = await database.rows(shape.sql, [hash])
    known = _made.get(hash)
    if rows and known is not None and known[0] == rows[0]:
        return known[1]
    _made.pop(hash, None)
    if not rows:
        return None
    if len(_made) >= MOST_REMEMBERED:
        del _made[next(iter(_made))]
    session: Session = shape.filled(rows, database)[0]
    _made[hash] = rows[0], session
    return session


@lru_cache
def _by_token(dialect: str) -> Shape:
    """The statement that every request begins with: of session, user and role what is needed, and the whole platform.

    Whoever needs more of the actor's own row locks it and reads it.
    """
    platform = sorted(f"user__platform__{column}" for column in Platform._meta.db_fields)
    return shape_of(Session.filter(token_hash=""), (*OF_SESSION, *OF_USER, *OF_ROLE, *platform))


async def have_live_sessions(user_ids: list[UUID], policy: Platform, now: datetime) -> list[bool]:
    """Whether each of the users has a live session, in the order asked; one statement."""
    live = Session.filter(live_condition(policy, now), AnyOf("user_id", user_ids))
    found = {UUID(str(user_id)) for user_id in await live.distinct().values_list("user_id", flat=True)}
    return [user_id in found for user_id in user_ids]


async def end_sessions(user_id: UUID, *, but: UUID | None = None) -> int:
    """Ends the user's sessions, from the next request on, in every worker; returns how many."""
    sessions = Session.filter(user_id=user_id)
    return await (sessions.exclude(id=but) if but else sessions).delete()


async def list_sessions(actor: Actor, user: User, now: datetime) -> list[Session]:
    """The user's live sessions, newest first. Raises Forbidden for another's without USERS_SECURITY."""
    if not may_see_sessions(actor, user.id):
        raise Forbidden
    rows = await Session.filter(user_id=user.id).order_by("-created_at", "-id")
    return [session for session in rows if session.is_live(actor.platform, now)]


async def find_session(actor: Actor, session_id: UUID) -> Session | None:
    """One of the actor's own sessions, or with USERS_SECURITY one of anybody's on the platform."""
    mine = Session.filter(id=session_id, user__platform_id=actor.user.platform_id)
    return await (mine if Permission.USERS_SECURITY in actor.permissions else mine.filter(user_id=actor.id)).first()


async def sign_out(actor: Actor, *, now: datetime) -> None:
    """Ends the session that the request came with."""
    async with in_transaction():
        if await Session.filter(id=actor.session.id).delete():
            await record(actor, "session.ended", actor.user, now=now)
