"""What a resolver may reach: who asks, when, and the server's tools. One object a request."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from models.platform import Platform
from models.session import Session
from models.user import User
from schema.errors import SESSION_OVER, Unauthenticated
from services.actor import Actor, Origin
from services.origin_limits import OriginLimit
from services.passwords import Hasher
from services.policy import sole_administrator
from services.recovery_codes import recovery_codes_left
from services.sessions import have_live_sessions
from services.vault import Vault

AvatarUrl = Callable[[User, int], str | None]
Judge = Callable[[Platform, datetime], Callable[[Any], Any]]
"""Knows the platform's policy and the time, and gives what judges rows by them."""

LOADERS = ("recovery_codes_left", "has_live_sessions")
"""The attributes of a context that remember what they loaded."""

GuessTold = Callable[[str, str], None]
"""Takes a mutation that took a password, code or link, and how that ended: `right`, a Denial, or an error code."""


@dataclass
class Tools:
    """What services need of the server; made once."""

    hasher: Hasher
    vault: Vault
    avatar_url: AvatarUrl
    origin_limit: OriginLimit = field(default_factory=OriginLimit)
    guessed: GuessTold = lambda mutation, outcome: None
    special_domains: frozenset[str] = frozenset()
    """Reserved top-level domains whose addresses are accepted."""


@dataclass
class Context:
    origin: Origin
    now: datetime
    tools: Tools
    actor: Actor | None = None
    has_token: bool = False
    """Whether the request came with a token, be it of no live session."""
    _memory: dict[str, Any] = field(default_factory=dict)
    _judges: dict[Judge, Callable[[Any], Any]] = field(default_factory=dict)

    @property
    def signed_in(self) -> Actor:
        """The actor; raises UNAUTHENTICATED where there is none."""
        if self.actor is None:
            raise Unauthenticated(SESSION_OVER) if self.has_token else Unauthenticated()
        return self.actor

    def act_as(self, user: User, session: Session) -> None:
        """From here on the request is this user's: a sign-in answers as the one who signed in."""
        self.actor = Actor(user, session, self.origin)

    @cached_property
    def recovery_codes_left(self) -> DataLoader[UUID, int]:
        return DataLoader(load_fn=recovery_codes_left)

    @cached_property
    def has_live_sessions(self) -> DataLoader[UUID, bool]:
        """By ids of users of the actor's platform."""
        policy, now = self.signed_in.platform, self.now
        return DataLoader(load_fn=lambda user_ids: have_live_sessions(user_ids, policy, now))

    async def sole_administrator(self) -> UUID | None:
        """Asked once a request, however many rows a list has."""
        platform_id = self.signed_in.user.platform_id
        sole: UUID | None = await self.once("sole administrator", lambda: sole_administrator(platform_id))
        return sole

    async def once(self, what: str, ask: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Rows of a list ask at the same time: the first question is shared."""
        if what not in self._memory:
            self._memory[what] = asyncio.ensure_future(ask())
        return await self._memory[what]

    def judge(self, judge: Judge) -> Callable[[Any], Any]:
        """What this makes of the actor's platform and the time of the request; made once."""
        if judge not in self._judges:
            self._judges[judge] = judge(self.signed_in.platform, self.now)
        return self._judges[judge]

    def forget(self) -> None:
        """A mutation may change what was asked before: each root field asks anew."""
        self._memory = {}
        self._judges = {}
        for loader in LOADERS:
            self.__dict__.pop(loader, None)


Info = strawberry.Info[Context, None]
