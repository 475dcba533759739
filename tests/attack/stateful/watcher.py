"""The administrator whom a walk does not meet: looks at what it has done, and compares it with the model."""

from typing import Any

from tests.attack.stateful.model import Found, Model, Step
from tests.attack.stateful.stage import Stage
from tests.attack.stateful.talking import Talking
from tests.world import user_id

WHO = "query Who { viewer { id sessions { id current } } }"
LOOK = """query Look($id: ID!) {
  user(id: $id) {
    id email firstName lastName phoneNumber timezone version status disabledAt disabledReason
    role { id } lockout { failedAttempts } mfa { enabled } codes: mfa { recoveryCodesLeft } password { isSet changedAt }
    invitation { expired timesSent } sessions { id }
  }
  node(id: $id) { id }
  users(first: 1) { totalCount }
}"""
PAGE = """query Page($after: String) { users(first: 7, after: $after, orderBy: {field: EMAIL}) {
  nodes { id email version status } pageInfo { hasNextPage endCursor } } }"""


class Watcher:
    def __init__(self, talking: Talking, stage: Stage, model: Model) -> None:
        self._talking, self._stage, self._model = talking, stage, model
        self._id, self._token = user_id(stage.watcher), ""

    async def enter(self) -> None:
        self._token = await self._stage.enter(self._id)

    async def look(self, id: str | None) -> tuple[Any, int]:
        """Somebody, None where there is nobody with this id; and how many users there are."""
        found = await self._talking.read(LOOK, self._token, id=id or self._id)
        assert (found["user"] is None) == (found["node"] is None), "`user` and `node` disagree"
        return (found["user"] if id else None), found["users"]["totalCount"]

    async def whose(self, token: str) -> str | None:
        viewer = (await self._talking.read(WHO, token)).get("viewer")
        return viewer["id"] if viewer else None

    async def learn(self, token: str) -> list[str]:
        """Notes the session that a new token belongs to; what is wrong with it."""
        viewer = (await self._talking.read(WHO, token)).get("viewer") or {"sessions": []}
        current = [each["id"] for each in viewer["sessions"] if each["current"]]
        if len(current) != 1:
            return [f"a new token has {len(current)} sessions"]
        self._model.tokens[token] = (viewer["id"], current[0])
        return []

    async def wrong_after(self, step: Step) -> list[str]:
        """What the watcher sees after a mutation that the model does not expect."""
        faults = [] if step.after is None else list(self._model.wrong_about(step.after))
        if step.total != len(self._model.people) + 1:
            faults.append(f"there are {step.total} users instead of {len(self._model.people) + 1}")
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
