"""The limit: what a specialist writes by hand for just this page. asyncpg, orjson, one Starlette route, no GraphQL.

It looks the session up in one statement, as Rollcall does, and gives the same JSON.
`python -m bench.peers.hand_written PORT`
"""

import base64
import hashlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.peers.hand_written_add import add

PAGE = (Path(__file__).parent / "users_page.sql").read_text()
STATES = {
    "ACTIVE": "u.disabled_at IS NULL AND u.activated_at IS NOT NULL",
    "INVITED": "u.disabled_at IS NULL AND u.activated_at IS NULL",
    "INACTIVE": "u.disabled_at IS NOT NULL",
}
SESSION = """
SELECT s.id, s.created_at, s.last_seen_at, u.id AS user_id, u.first_name, u.last_name, u.platform_id, r.permissions,
       p.name AS platform, p.timezone, p.lockout_minutes, p.password_max_age_days, p.mfa_required, p.invitation_hours,
       p.session_idle_minutes, p.session_hours, p.dormant_after_days
FROM sessions s JOIN users u ON u.id = s.user_id JOIN roles r ON r.id = u.role_id
JOIN platforms p ON p.id = u.platform_id
WHERE s.token_hash = $1 AND u.disabled_at IS NULL AND u.activated_at IS NOT NULL
"""
MARK = bytes.fromhex(os.environ.get("BENCH_CURSOR_MARK", ""))
"""With which this list's cursors begin: taken from Rollcall's answer, so that both can be compared byte for byte."""

JSON = {"Content-Type": "application/json"}
NEVER = timedelta(days=3650)
A_MINUTE = timedelta(minutes=1)


async def session_of(request: Request, database: Any, now: datetime) -> Any:
    """The session, its user and platform, in one statement; None where it has ended."""
    token = request.headers.get("authorization", "")[7:]
    session = await database.fetchrow(SESSION, hashlib.sha256(token.encode()).hexdigest())
    if session is None:
        return None
    idle = timedelta(minutes=session["session_idle_minutes"]) or NEVER
    absolute = timedelta(hours=session["session_hours"]) or NEVER
    if min(session["last_seen_at"] + idle, session["created_at"] + absolute) <= now:
        return None
    if now - session["last_seen_at"] >= A_MINUTE:
        await database.execute("UPDATE sessions SET last_seen_at = $1 WHERE id = $2", now, session["id"])
    return session


async def users(request: Request) -> Response:
    variables = orjson.loads(await request.body())["variables"]
    first, now = variables["first"], datetime.now(UTC)
    async with request.app.state.pool.acquire() as database:
        session = await session_of(request, database, now)
        if session is None or '"USERS_READ"' not in session["permissions"]:
            return Response(b'{"errors":[{"message":"Sign in."}]}', 401, JSON)
        rows = await database.fetch(_page(tuple(variables["status"]), first + 1), session["platform_id"])
    answer = {"data": {"users": _connection(rows, first, session, now)}}
    return Response(orjson.dumps(answer, option=orjson.OPT_UTC_Z), headers=JSON)


@cache
def _page(states: tuple[str, ...], limit: int) -> str:
    """The limit is in the text: PostgreSQL plans the statement once then, and each time anew otherwise."""
    page = PAGE.replace("/* status */", " OR ".join(f"({STATES[state]})" for state in states))
    return page.replace("/* limit */", str(limit))


@cache
def _role(id: Any, name: str) -> dict[str, str]:
    return {"id": _id(b"Role:", id), "name": name}


def _id(kind: bytes, id: Any) -> str:
    return base64.urlsafe_b64encode(kind + id.hex.encode()).decode().rstrip("=")


def _connection(rows: list[Any], first: int, policy: Any, now: datetime) -> dict[str, Any]:
    edges = [_edge(row, policy, now) for row in rows[:first]]
    info = {
        "hasNextPage": len(rows) > first,
        "hasPreviousPage": False,
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "pageInfo": info}


def _edge(row: Any, policy: Any, now: datetime) -> dict[str, Any]:
    (
        id, email, first_name, last_name, phone_number, timezone, activated_at, disabled_at, last_login_at, created_at,
        updated_at, version, failed_sign_ins, locked_at, password_changed_at, totp_confirmed_at, last_name_key,
        first_name_key, role_id, role_name, expires_at, mail_state,
    ) = row  # fmt: skip
    status = "INACTIVE" if disabled_at else "ACTIVE" if activated_at else "INVITED"
    node = {
        "id": _id(b"User:", id),
        "email": email,
        "firstName": first_name,
        "lastName": last_name,
        "fullName": f"{first_name} {last_name}",
        "phoneNumber": phone_number,
        "timezone": timezone,
        "status": status,
        "lastLoginAt": last_login_at,
        "disabledAt": disabled_at,
        "createdAt": created_at,
        "updatedAt": updated_at,
        "version": version,
        "role": _role(role_id, role_name),
        "mfa": {"enabled": totp_confirmed_at is not None},
        "alerts": _alerts(
            policy, now, status, email, failed_sign_ins, locked_at, disabled_at, password_changed_at, mail_state,
            expires_at, totp_confirmed_at, last_login_at,
        ),
    }  # fmt: skip
    key = orjson.dumps([last_name_key, first_name_key, str(id)])
    cursor = MARK + crc32(key, crc32(MARK)).to_bytes(4) + key
    return {"node": node, "cursor": base64.urlsafe_b64encode(cursor).decode().rstrip("=")}


def _alerts(
    policy: Any, now: datetime, status: str, email: str, failed_sign_ins: int, locked_at: datetime | None,
    disabled_at: datetime | None, password_changed_at: datetime | None, mail_state: str | None,
    expires_at: datetime | None, totp_confirmed_at: datetime | None, last_login_at: datetime | None,
) -> list[dict[str, str]]:  # fmt: skip
    found, days, dormant = [], policy["password_max_age_days"], policy["dormant_after_days"]
    if locked_at is not None:
        ends_at = locked_at + timedelta(minutes=policy["lockout_minutes"]) if policy["lockout_minutes"] else None
        if ends_at is None or ends_at > now:
            end = f"until {ends_at:%Y-%m-%d %H:%M} UTC" if ends_at else "until an administrator unlocks it"
            found.append(_alert("SECURITY_LOCKED_OUT", f"Locked after {failed_sign_ins} failed sign-ins, {end}."))
    if days and password_changed_at and disabled_at is None and password_changed_at + timedelta(days=days) <= now:
        found.append(_alert("PASSWORD_EXPIRED", f"The password is older than {days} days."))
    if status == "INVITED":
        if mail_state == "FAILED":
            found.append(_alert("INVITATION_UNDELIVERABLE", f"The invitation could not be delivered to {email}."))
        if expires_at is not None and expires_at <= now:
            found.append(_alert("INVITATION_EXPIRED", "The invitation ran out before the set-up was completed."))
    if status == "ACTIVE":
        if policy["mfa_required"] and totp_confirmed_at is None:
            found.append(_alert("MFA_MISSING", "The platform requires MFA and the user has none."))
        if dormant and last_login_at and last_login_at + timedelta(days=dormant) <= now:
            found.append(_alert("DORMANT", f"Has not signed in for more than {dormant} days."))
    return found


def _alert(type: str, message: str) -> dict[str, str]:
    return {"type": type, "message": message}


async def add_user(request: Request) -> Response:
    given, now = orjson.loads(await request.body())["variables"]["input"], datetime.now(UTC)
    async with request.app.state.pool.acquire() as database:
        session = await session_of(request, database, now)
        if session is None or '"USERS_ADD"' not in session["permissions"]:
            return Response(b'{"errors":[{"message":"Sign in."}]}', 401, JSON)
        user = await add(database, session, given, now)
    return Response(orjson.dumps({"data": {"addUser": {"errors": [], "user": user}}}), headers=JSON)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BENCH_DATABASE_URL"], min_size=16, max_size=16, reset=_keep) as pool:
        app.state.pool = pool
        yield


async def _keep(connection: Any) -> None:
    """Nothing is SET on these connections, so there is nothing to reset."""


app = Starlette(
    routes=[Route("/graphql", users, methods=["POST"]), Route("/add", add_user, methods=["POST"])], lifespan=lifespan
)

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="warning")
