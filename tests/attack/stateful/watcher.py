"""Somebody whom a walk does not meet: looks at what it has done, and compares it with the model."""

from typing import Any

from models.role import ADMINISTERS
from tests.attack.stateful.model import Model, Step
from tests.attack.stateful.seen import LOOK, Found, Seen
from tests.attack.stateful.stage import Stage
from tests.attack.stateful.talking import Talking
from tests.world import user_id

WHO = "query Who { viewer { id role { permissions } } }"
SESSIONS = "query Sessions { viewer { id sessions { id current } } }"
PAGE = """query Page($after: String) { users(first: 7, after: $after, orderBy: {field: EMAIL}) {
  nodes { id email version status } pageInfo { hasNextPage endCursor } } }"""


class Watcher:
    def __init__(self, talking: Talking, stage: Stage, model: Model) -> None:
        self._talking, self._stage, self._model = talking, stage, model
        self._id, self._token = user_id(stage.watcher), ""
        self._abroad: Found = {}

    async def begin(self) -> None:
        await self.enter()
        self._abroad = await self._look_abroad()

    async def enter(self) -> None:
        self._token = await self._stage.enter(self._id)

    async def look(self, id: str | None) -> Seen:
        """About somebody, who need not be there, or about nobody."""
        return Seen.of(await self._talking.read(LOOK, self._token, id=id or self._id), about=id is not None)

    async def _look_abroad(self) -> Found:
        """At another platform, as its administrator, by a new session each time."""
        foreign = self._stage.foreign
        found = await self._talking.read(LOOK, await self._stage.enter(foreign["User"]), id=foreign["User"])
        found["user"]["sessions"] = {"id": foreign["Session"]} in found["user"]["sessions"]
        return found

    async def whose(self, token: str) -> str | None:
        viewer = (await self._talking.read(WHO, token))["viewer"]
        return viewer["id"] if viewer else None

    async def administers(self, token: str) -> bool:
        viewer = (await self._talking.read(WHO, token))["viewer"]
        return viewer is not None and {*viewer["role"]["permissions"]} >= ADMINISTERS

    async def learn(self, token: str) -> list[str]:
        """Notes the session that a new token belongs to; what is wrong with it."""
        viewer = (await self._talking.read(SESSIONS, token))["viewer"] or {"sessions": []}
        current = [each["id"] for each in viewer["sessions"] if each["current"]]
        if len(current) != 1:
            return [f"a new token has {len(current)} sessions"]
        self._model.enter(token, viewer["id"], current[0])
        return []

    async def wrong_after(self, step: Step) -> list[str]:
        """What the watcher sees after a mutation that the model does not expect."""
        faults = [] if step.after is None else list(self._model.wrong_about(step.after))
        if {*step.later.people} != {*self._model.people, self._id}:
            faults.append(f"there are {len(step.later.people)} users, and not {len(self._model.people) + 1}")
        if not any(map(step.later.administers, step.later.people)):
            faults.append("nobody is left who could manage users and roles")
        live = {session["id"] for session in (step.after or {}).get("sessions") or ()}
        for token, (owner, session) in self._model.tokens.items():
            if owner == step.subject and (await self.whose(token) == owner) != (session in live):
                faults.append(f"a session that is {'' if session in live else 'not '}listed is otherwise for its token")
        return faults

    async def survey(self) -> list[str]:
        """The whole platform at the end: everybody is there once, and what was deleted is not."""
        faults, shown = [], []
        async for user in self._everybody():
            shown.append(user["id"])
            faults += [] if user["id"] == self._id else list(self._model.wrong_about(user))
        if sorted(shown) != sorted([*self._model.people, self._id]):
            faults.append(f"the pages show {len(shown)} users, and there are {len(self._model.people) + 1}")
        faults += [fault async for fault in self._undead()]
        if self._abroad != await self._look_abroad():
            faults.append(f"another platform is no longer {self._abroad}")
        return [f"at the end: {fault}" for fault in faults]

    async def _everybody(self) -> Any:
        after, more = None, True
        while more:
            page: Found = (await self._talking.read(PAGE, self._token, after=after))["users"]
            for user in page["nodes"]:
                yield user
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    async def _undead(self) -> Any:
        for id in self._model.gone:
            if (await self._talking.read("query Gone($id: ID!) { node(id: $id) { id } }", self._token, id=id))["node"]:
                yield f"{id} was deleted, and is there"
