"""Platforms and people for tests, and a client that speaks GraphQL over HTTP as one of them."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import httpx2
from argon2 import PasswordHasher
from starlette.applications import Starlette

from models.audit_event import AuditEvent
from models.invitation import Invitation
from models.platform import Platform
from models.recovery_code import RecoveryCode
from models.role import Role
from models.session import Session
from models.user import User
from schema.context import Tools
from schema.execution.engine import Engine
from schema.ids import global_id
from server.app import application
from server.avatars import avatar_urls
from server.graphql_http import GraphQLHttp
from server.origins import Origins
from server.settings import Settings
from services.actor import Actor, Origin
from services.adding import index_words
from services.passwords import Hasher
from services.platforms import make_platform
from services.sessions import find_actor
from services.tokens import new_token, token_hash
from services.vault import Vault
from services.visibility import WHOLE
from tests.both_ways import BothWays

KEY = "a-key-for-tests-of-at-least-thirty-two-characters"
PASSWORD = "correct horse battery staple"


CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Real Argon2id with next to no memory. `Hasher()` without it has the parameters of a server."""


@cache
def password_hash() -> str:
    return CHEAP.hash(PASSWORD)


def cheap_hasher() -> Hasher:
    return Hasher(argon2=CHEAP)


@dataclass
class Answer:
    """A GraphQL response."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.body.get("errors", [])]


@dataclass
class World:
    """One database with its people; `now` is the clock's."""

    clock: Any
    vault: Vault = field(default_factory=lambda: Vault([KEY]))
    hasher: Hasher = field(default_factory=cheap_hasher)
    engine: Engine = field(default_factory=BothWays)
    guesses: list[tuple[str, str]] = field(default_factory=list)
    """The mutations that took a password, code or link, each with how it ended: what the server's figures count."""
    _app: Starlette | None = None

    async def platform(self, name: str = "Acme", **policy: Any) -> Platform:
        platform = await make_platform(name, now=self.clock.now)
        if policy:
            await Platform.filter(id=platform.id).update(**policy)
            platform = await Platform.get(id=platform.id)
        return platform

    async def role(self, platform: Platform, name: str = "Platform") -> Role:
        return await Role.get(platform_id=platform.id, name=name)

    async def user(
        self,
        platform: Platform,
        first_name: str = "Ada",
        last_name: str = "Lovelace",
        *,
        role: str = "Viewer",
        email: str | None = None,
        invited: bool = False,
        **facts: Any,
    ) -> User:
        """An active user with PASSWORD, or an invited one with an invitation whose link nobody knows."""
        now: datetime = self.clock.now
        if not invited:
            facts = {"activated_at": now, "password_hash": password_hash(), "password_changed_at": now} | facts
        if facts.get("last_login_at"):
            facts["last_login_key"] = facts["last_login_at"]
        user = User.named(
            first_name,
            last_name,
            email or f"{uuid4().hex[:12]}@example.org",
            id=facts.pop("id", None) or uuid4(),
            platform_id=platform.id,
            role_id=(await self.role(platform, role)).id,
            **{"timezone": "UTC", "created_at": now, "updated_at": now} | facts,
        )
        await user.save()
        await index_words(user)
        if invited:
            expires_at = now.replace(year=now.year + 1)
            await Invitation.create(
                id=uuid4(), user_id=user.id, token_hash=token_hash(new_token()), sent_at=now, expires_at=expires_at
            )
        return user

    async def admin(self, platform: Platform | None = None, **facts: Any) -> User:
        facts = {"first_name": "Grace", "last_name": "Hopper", "role": "Platform"} | facts
        return await self.user(platform or await self.platform(), **facts)

    async def whole(self, user_id: UUID) -> User:
        return await User.get(id=user_id).select_related(*WHOLE)

    async def session(self, user: User) -> str:
        """A live session's token."""
        token, now = new_token(), self.clock.now
        await Session.create(
            id=uuid4(), user_id=user.id, token_hash=token_hash(token), created_at=now, last_seen_at=now
        )
        return token

    async def actor(self, user: User) -> Actor:
        """As requests find it: with the columns that every request reads, and no others."""
        actor = await find_actor(await self.session(user), Origin(), self.clock.now)
        assert actor is not None
        return actor

    async def recovery_codes(self, user: User, count: int) -> None:
        for _ in range(count):
            await RecoveryCode.create(id=uuid4(), user_id=user.id, code_hash=token_hash(new_token()))

    async def events(self, **conditions: Any) -> list[str]:
        return [event.type for event in await AuditEvent.filter(**conditions).order_by("at", "id")]

    @property
    def app(self) -> Starlette:
        """The server without its loops, on the test's own database connection and clock."""
        if self._app is None:
            settings = Settings.read(database_url="sqlite:///unused", secret_key=KEY, _env_file=None)
            avatars = avatar_urls(settings.avatars, settings.public_url)
            tools = Tools(self.hasher, self.vault, avatars, guessed=lambda *guess: self.guesses.append(guess))
            self._app = application(settings, GraphQLHttp(tools, self.clock, Origins([]), self.engine))
        return self._app

    async def client(self, user: User | None = None) -> "Client":
        return Client(self.app, await self.session(user) if user else None)


@dataclass
class Client:
    """Sends documents as whoever holds the token."""

    app: Starlette
    token: str | None = None

    async def __call__(self, document: str, **variables: Any) -> Answer:
        response = await self.post({"query": document, "variables": variables})
        return Answer(response.status_code, response.json())

    async def post(self, body: Any, **headers: str) -> httpx2.Response:
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}"} | headers
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app), base_url="http://test") as http:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            return await http.post("/graphql", content=content, headers={"Content-Type": "application/json"} | headers)


def user_id(user: User) -> str:
    return global_id("User", user.id)


def role_id(role: Role) -> str:
    return global_id("Role", role.id)
