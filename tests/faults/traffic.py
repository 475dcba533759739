"""The mixed load of many hours: reading, searching, signing in, adding and changing users, and each answer judged."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx2

from schema.ids import global_id
from tests.faults.servers import Caller, Reply, Server
from tests.faults.stage import DISABLE, ENABLE, VIEWER, Stage
from tests.world import PASSWORD

SEARCH = """query Search($text: String!) {
  users(filter: {text: $text}, first: 20) { totalCount nodes { id email firstName status alerts { type } } } }"""
PAGE = "query Page { users(first: 25, orderBy: {field: EMAIL}) { nodes { id email } pageInfo { hasNextPage } } }"
USER = "query User($id: ID!) { user(id: $id) { email firstName status viewerActions { action allowed } } }"
EDIT = """mutation Edit($id: ID!, $name: String!) {
  editUser(input: {id: $id, firstName: $name}) { user { firstName } errors { code } } }"""
SIGN_IN = """mutation SignIn($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { session { token user { email } } errors { code } } }"""

MIX = {"search": 30, "page": 20, "viewer": 20, "user": 15, "switch": 6, "rename": 5, "add": 3, "sign_in": 1}
"""How many of a hundred requests are of each kind."""

TRIES, PAUSE_SECONDS = 20, 1.0
"""How often a client asks again for an addition that was not answered, under the same key."""


@dataclass
class Balancer:
    """Sends each request to a server that says it is ready, in turn; where none does, to any of them."""

    servers: list[Server]
    token: str
    _ready: list[Server] = field(default_factory=list)
    _callers: dict[int, Caller] = field(default_factory=dict)
    _turn: int = 0

    def caller(self) -> Caller:
        self._turn += 1
        among = self._ready or self.servers
        server = among[self._turn % len(among)]
        if server.port not in self._callers:
            self._callers[server.port] = server.caller(self.token)
        return self._callers[server.port]

    async def watch(self) -> None:
        """Asks each for its readiness four times a second, until cancelled."""
        async with httpx2.AsyncClient(timeout=4) as http:
            while True:
                self._ready = [server for server in self.servers if await _is_ready(http, server)]
                await asyncio.sleep(0.25)


async def _is_ready(http: httpx2.AsyncClient, server: Server) -> bool:
    with suppress(httpx2.TransportError):
        return (await http.get(f"{server.address}/readyz")).status_code == 200
    return False


@dataclass
class Person:
    """What must be read of a user; None: the last change was not answered, so either may be."""

    id: str
    email: str
    name: str | None = "Ada"
    status: str | None = "ACTIVE"
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class Traffic:
    """One request at a time of those that change or look at one person; all else at once."""

    balancer: Balancer
    stage: Stage
    wrong: list[str] = field(default_factory=list)
    unanswered: list[tuple[float, str]] = field(default_factory=list)
    """When, and what: 503, or a connection that broke."""

    viewer_id: str = ""
    added: list[str] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        ids = self.stage.user_ids
        self.people = [Person(global_id("User", id), f"person{n}@example.org") for n, id in enumerate(ids)]

    async def sign_everybody_in(self) -> None:
        """The memory that passwords are hashed in stays with a server for good: it is not to count as growth."""
        await asyncio.gather(*[self._sign_in(person, 0) for person in self.people])

    async def call(self, number: int) -> Reply:
        """The request of this number: the same kind, about the same person, in every run."""
        random = Random(number)
        [kind] = random.choices(list(MIX), list(MIX.values()))
        person = random.choice(self.people)
        async with person.lock:
            ask: Callable[[Person, int], Awaitable[Reply]] = getattr(self, f"_{kind}")
            return await ask(person, number)

    async def _asked(self, kind: str, document: str, **variables: Any) -> tuple[Reply, Any]:
        """The reply, and the data where there are any."""
        reply = await self.balancer.caller()(document, **variables)
        return reply, self._data(kind, reply)

    def _data(self, kind: str, reply: Reply) -> Any:
        if reply.status == 200 and "errors" not in reply.body:
            self.seconds[kind].append(reply.seconds)
            return reply.body["data"]
        if reply.status in (None, 503):
            self.unanswered.append((reply.ended, f"{kind}: {reply.status or reply.body['broke']}"))
        else:
            self.wrong.append(f"{kind}: {reply.status} {reply.body}")
        return None

    def _expect(self, kind: str, found: object, expected: object) -> None:
        if found != expected:
            self.wrong.append(f"{kind}: {found} instead of {expected}")

    async def _viewer(self, person: Person, number: int) -> Reply:
        reply, data = await self._asked("viewer", VIEWER)
        if data is not None:
            self.viewer_id = self.viewer_id or data["viewer"]["id"]
            self._expect("viewer", data["viewer"]["id"], self.viewer_id)
        return reply

    async def _page(self, person: Person, number: int) -> Reply:
        reply, data = await self._asked("page", PAGE)
        if data is not None:
            emails = [node["email"] for node in data["users"]["nodes"]]
            self._expect("page", (emails, len(set(emails))), (sorted(emails), 25))
        return reply

    async def _search(self, person: Person, number: int) -> Reply:
        reply, data = await self._asked("search", SEARCH, text=person.email)
        if data is not None:
            [node] = data["users"]["nodes"] or [{"id": None}]
            self._expect("search", (data["users"]["totalCount"], node["id"]), (1, person.id))
            self._read(person, "search", node)
        return reply

    async def _user(self, person: Person, number: int) -> Reply:
        reply, data = await self._asked("user", USER, id=person.id)
        if data is not None:
            self._read(person, "user", data["user"] or {})
        return reply

    def _read(self, person: Person, kind: str, found: dict[str, Any]) -> None:
        """What nobody was told is learned; after that it must stay."""
        name, status = found.get("firstName"), found.get("status")
        expected = (person.name or name, person.status or status)
        self._expect(f"{kind} of {person.email}", (name, status), expected)
        person.name, person.status = name, status

    async def _switch(self, person: Person, number: int) -> Reply:
        """Disabled if active, and the other way round."""
        off = person.status != "INACTIVE"
        field, person.status = ("disableUser" if off else "enableUser"), None
        reply, data = await self._asked("switch", DISABLE if off else ENABLE, id=person.id)
        if data is not None:
            person.status = "INACTIVE" if off else "ACTIVE"
            self._expect("switch", data[field], {"user": {"status": person.status}, "errors": []})
        return reply

    async def _rename(self, person: Person, number: int) -> Reply:
        name, person.name = f"Ada{number}", None
        reply, data = await self._asked("rename", EDIT, id=person.id, name=name)
        if data is not None:
            person.name = name
            self._expect("rename", data["editUser"], {"user": {"firstName": name}, "errors": []})
        return reply

    async def _add(self, person: Person, number: int) -> Reply:
        email = f"new{number}@example.org"
        for _ in range(TRIES):
            reply = await self.stage.add(self.balancer.caller(), email, key=email)
            data = self._data("add", reply)
            if data is not None:
                self._expect("add", data["addUser"]["errors"], [])
                self.added.append(email)
                return reply
            await asyncio.sleep(PAUSE_SECONDS)
        self.wrong.append(f"add: {email} was never added")
        return reply

    async def _sign_in(self, person: Person, number: int) -> Reply:
        """Right where the person is active; a disabled one gets no session."""
        reply, data = await self._asked("sign_in", SIGN_IN, email=person.email, password=PASSWORD)
        if data is not None and person.status is not None:
            session = data["signIn"]["session"]
            signed_in = None if session is None else session["user"]["email"]
            self._expect("sign_in", signed_in, person.email if person.status == "ACTIVE" else None)
        return reply


def quantile(seconds: list[float], share: float) -> float:
    """In milliseconds."""
    return 1000 * sorted(seconds)[int(share * (len(seconds) - 1))]
