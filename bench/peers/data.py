"""The database that all servers read: made by `rollcall demo`, kept, and given a session to sign in with."""

import asyncio
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg

KEY = "a-key-for-measuring-and-for-nothing-else"
TOKEN = "the-session-of-a-benchmark-on-data-that-nobody-needs"
ADMINISTRATOR = "admin@demo.example.org"


@dataclass(frozen=True)
class Data:
    """A filled database, its platform, and the token of an administrator's session."""

    server: str
    name: str
    platform: str
    viewer_role: str
    token: str = TOKEN

    @property
    def url(self) -> str:
        return f"{self.server}/{self.name}"


def provide(server: str, users: int) -> Data:
    """Raises SystemExit where it cannot be filled."""
    name = f"rollcall_peers_{users}"
    new = asyncio.run(create(server, name))
    rollcall(f"{server}/{name}", "migrate")
    if new:
        rollcall(f"{server}/{name}", "demo", "--users", str(users))
        execute(f"{server}/{name}", "VACUUM ANALYZE")
    return asyncio.run(_signed_in(server, name))


def copied(data: Data) -> Data:
    """A copy to write into; `drop` it."""
    name = f"{data.name}_copy"
    execute(f"{data.server}/postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    execute(f"{data.server}/postgres", f'CREATE DATABASE "{name}" TEMPLATE "{data.name}"')
    return Data(data.server, name, data.platform, data.viewer_role)


def drop(data: Data) -> None:
    execute(f"{data.server}/postgres", f'DROP DATABASE IF EXISTS "{data.name}" WITH (FORCE)')


def rollcall(url: str, *arguments: str) -> None:
    env = os.environ | {"ROLLCALL_DATABASE_URL": url, "ROLLCALL_SECRET_KEY": KEY}
    if subprocess.run([sys.executable, "-m", "server.cli", *arguments], env=env, check=False).returncode:
        sys.exit(f"rollcall {' '.join(arguments)} failed on {url}.")


def execute(url: str, statement: str) -> None:
    asyncio.run(_fetch(url, statement))


def backends(data: Data) -> list[int]:
    """Process ids of the database's connections."""
    statement = "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
    return [row["pid"] for row in asyncio.run(_fetch(data.url, statement, data.name))]


def database_version(url: str) -> str:
    rows = asyncio.run(_fetch(url, "SHOW server_version"))
    return f"PostgreSQL {rows[0][0].split()[0]}"


def plain_addresses(data: Data, how_many: int) -> list[str]:
    """Of active users who sign in with the password of all demo users alone."""
    statement = """SELECT email FROM users WHERE platform_id = $1 AND activated_at IS NOT NULL AND disabled_at IS NULL
        AND locked_at IS NULL AND totp_confirmed_at IS NULL AND password_changed_at > now() - interval '80 days'
        ORDER BY id LIMIT $2"""
    return [row["email"] for row in asyncio.run(_fetch(data.url, statement, data.platform, how_many))]


async def _fetch(url: str, statement: str, *values: Any) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement, *values))
    finally:
        await connection.close()


async def create(server: str, name: str) -> bool:
    """Whether it had to be made."""
    if await _fetch(f"{server}/postgres", "SELECT 1 FROM pg_database WHERE datname = $1", name):
        return False
    await _fetch(f"{server}/postgres", f'CREATE DATABASE "{name}"')
    return True


async def _signed_in(server: str, name: str) -> Data:
    url, hash = f"{server}/{name}", hashlib.sha256(TOKEN.encode()).hexdigest()
    (user,) = await _fetch(url, "SELECT id, platform_id FROM users WHERE email_key = $1", ADMINISTRATOR)
    roles = await _fetch(url, "SELECT id FROM roles WHERE platform_id = $1 AND name = 'Viewer'", user["platform_id"])
    await _fetch(url, "DELETE FROM sessions WHERE token_hash = $1", hash)
    session = "INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at) VALUES ($1, $2, $3, $4, $4)"
    await _fetch(url, session, uuid4(), user["id"], hash, datetime.now(UTC))
    return Data(server, name, str(user["platform_id"]), str(roles[0]["id"]))
