"""A walk: questions one after the other, each made from what earlier answers had, and each answer judged."""

import json
import traceback
from collections import defaultdict
from functools import partial
from random import Random
from uuid import uuid4

from graphql import GraphQLSchema

from schema.ids import global_id, parse_id
from tests.attack.stateful.inputs import Inputs
from tests.attack.stateful.judge import Judge, Walked
from tests.attack.stateful.memory import Memory
from tests.attack.stateful.model import Model, Step
from tests.attack.stateful.questions import Question
from tests.attack.stateful.seen import Found
from tests.attack.stateful.stage import SECRET, Stage
from tests.attack.stateful.talking import Reply, Talking
from tests.attack.stateful.watcher import Watcher
from tests.world import PASSWORD, user_id

ACTIONS = "query Actions($id: ID!) { user(id: $id) { viewerActions { action allowed code } } }"
HIDING = ("UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT")
"""Codes by which what was not announced is not there to be seen."""

QUERIES = 0.25
"""Share of the steps after the first that only read."""

NOBODY, OLD, LESSER = 0.04, 0.12, 0.25
"""Shares of steps by who is not signed in, by any token that was ever seen, and by somebody who is no administrator.
All others are an administrator's."""

UNDONE, SECRETS = 0.5, 0.2
"""Shares of mutations that this walk has not done yet, and of those that take what somebody must know."""

FOLLOWS = 0.5
"""Share of what takes a link or a challenge, after the step that gave it away."""

REPEATS, KEYED_REPEATS = 0.04, 0.5
"""Shares of steps that are the last mutation once more, word for word; of those that had an idempotency key."""


class Walk:
    """`seed` makes all choices; only ids, tokens and cursors are others the next time."""

    def __init__(
        self, talking: Talking, stage: Stage, schema: GraphQLSchema, questions: list[Question], seed: int
    ) -> None:
        self._talking, self._stage, self._schema, self._questions = talking, stage, schema, questions
        self.walked, self.model = Walked(seed), Model()
        self.memory = Memory(schema, hidden=user_id(stage.watcher))
        self._judge = Judge(schema, self.memory, self.model, self.walked)
        self._watcher = Watcher(talking, stage, self.model)
        self._random = Random(seed)
        self._administrator: str | None = None
        self._fresh: str | None = None
        """A kind of challenge, or a link's path, that the last step has given away."""

        self._last: tuple[Question, Found, str | None] | None = None

    async def run(self, steps: int) -> Walked:
        """Ends early at the first fault, for what follows it follows from it."""
        try:
            await self._begin()
            await self._go_on(steps)
        except Exception:
            self.walked.faults.append(f"an answer that nobody expects: {traceback.format_exc()}")
        return self.walked

    async def _begin(self) -> None:
        await self._watcher.begin()
        self.memory.remember("password", "", PASSWORD)
        for person in self._stage.people:
            seen = await self._watcher.look(user_id(person))
            assert seen.user is not None
            known = PASSWORD if person.password_hash else None
            self.model.add(seen.user, known, SECRET if person.totp_secret else None)
        await self._read_mails()

    async def _go_on(self, steps: int) -> None:
        for number in range(steps):
            self._random = Random(f"{self.walked.seed} {number}")
            await self._step(number)
            if self.walked.faults:
                return
        self.walked.faults += await self._watcher.survey()

    async def _step(self, number: int) -> None:
        """At first every query, as plain as may be, so that there is something to go by."""
        if self._stage.pass_time(self._random):
            await self._watcher.enter()
        if self._last is not None and self._random.random() < (KEYED_REPEATS if self._keyed else REPEATS):
            await self._mutate(*self._last)
            return
        queries = {question.name: question for question in self._questions if not question.mutates}
        first = number < len(queries)
        question, token = list(queries.values())[number] if first else self._question(), await self._somebody()
        known = partial(self.model.password_of, token), partial(self.model.app_of, token)
        inputs = Inputs(self._schema, self._random, self.memory, self._stage, question, *known)
        variables = inputs.required() if first else inputs.variables()
        if question.mutates:
            self._last = question, variables, token
            await self._mutate(question, variables, token)
        else:
            reply = await self._talking.ask(question.source, variables, token)
            self._judge.answer(question, variables, token, reply)
            self._judge.shown(question, reply)
            await self._as_if_not_there(question, variables, token, reply)

    @property
    def _keyed(self) -> bool:
        """Whether the last mutation had an idempotency key."""
        input = self._last[1].get("input") if self._last else None
        return isinstance(input, dict) and input.get("idempotencyKey") is not None

    def _question(self) -> Question:
        mutates = self._random.random() > QUERIES
        among = [question for question in self._questions if question.mutates == mutates]
        chance, fresh, self._fresh = self._random.random(), self._fresh, None
        if fresh and chance < FOLLOWS:
            among = [question for question in self._questions if fresh in question.secrets.values()]
        elif mutates and chance < UNDONE:
            among = self._undone(among) or among
        elif chance < UNDONE + SECRETS:
            among = [question for question in among if self._could_know(question)] or among
        return self._random.choice(among)

    def _undone(self, among: list[Question]) -> list[Question]:
        """What this walk has not done yet, or, where that needs a challenge, what gives one: what was tried least."""
        undone = [each for each in among if not self.walked.done[each.name]]
        could = [each for each in undone if all(map(self.memory.known, each.needs))]
        if len(could) < len(undone):
            could += [each for each in among if each.gives_challenges]
        least = min((self.walked.asked[each.name] for each in could), default=0)
        return [each for each in could if self.walked.asked[each.name] == least]

    def _could_know(self, question: Question) -> bool:
        """Whatever it takes that one must know, where it takes anything such."""
        return bool(question.needs) and all(map(self.memory.known, question.needs))

    async def _somebody(self) -> str | None:
        """A token, which may be of nobody any more: mostly an administrator's."""
        chance, known = self._random.random(), list(self.model.tokens)
        if chance < NOBODY:
            return None
        if chance < NOBODY + OLD and known:
            return self._random.choice(known)
        if chance < NOBODY + OLD + LESSER:
            return await self._of_a_lesser_role()
        if self._administrator is None or not await self._watcher.administers(self._administrator):
            seen = await self._watcher.look(None)
            self._administrator = await self._new_session(next(filter(seen.administers, self.model.people)))
        return self._administrator

    async def _of_a_lesser_role(self) -> str | None:
        """A new session of somebody active; as often of each role."""
        seen, by_role = await self._watcher.look(None), defaultdict(list)
        for id, person in self.model.people.items():
            if person.status == "ACTIVE" and not seen.administers(id):
                by_role[seen.people[id]["role"]["id"]].append(id)
        if not by_role:
            return None
        return await self._new_session(self._random.choice(self._random.choice([*by_role.values()])))

    async def _new_session(self, id: str) -> str:
        token = await self._stage.enter(id)
        assert await self._watcher.learn(token) == []
        return token

    async def _mutate(self, question: Question, variables: Found, token: str | None) -> None:
        actor = None if token is None else await self._watcher.whose(token)
        subject = self._subject(variables, actor)
        earlier, actions = await self._watcher.look(subject), await self._announced(question, variables, token)
        reply = await self._talking.ask(question.source, variables, token)
        self._judge.answer(question, variables, actor, reply)
        await self._as_if_not_there(question, variables, token, reply)
        payload = reply.data.get(question.name)
        if payload is None:
            self._judge.nothing(question, reply, actor, earlier, await self._watcher.look(subject))
            return
        subject = subject or (payload.get("user") or {}).get("id")
        later = await self._watcher.look(subject)
        step = Step(question, variables, actor, subject, actions, payload, earlier, later)
        self._judge.mutation(step)
        await self._learn(step)
        self.walked.blame(question.name, await self._watcher.wrong_after(step))
        self._judge.shown(question, reply)

    def _subject(self, variables: Found, actor: str | None) -> str | None:
        """Whom a mutation is about: who is named, whose secret it takes, whose address; otherwise who asks."""
        input = variables.get("input") if isinstance(variables.get("input"), dict) else {}
        assert isinstance(input, dict)
        secret = input.get("token") or input.get("challengeToken")
        if secret:
            known = self.model.secrets.get(secret) if isinstance(secret, str) else None
            return known.owner if known else None
        if "id" in input:
            return self.model.owner_of(input["id"])
        return self.model.known_as(input["email"]) if "email" in input else actor

    async def _announced(self, question: Question, variables: Found, token: str | None) -> list[Found] | None:
        if question.action is None or not isinstance(variables.get("input"), dict):
            return None
        found = await self._talking.read(ACTIONS, token, hiding=HIDING, id=variables["input"].get("id"))
        actions: list[Found] | None = (found.get("user") or {}).get("viewerActions")
        return actions

    async def _learn(self, step: Step) -> None:
        for token in self.model.learn(step):
            self.walked.blame(step.question.name, await self._watcher.learn(token))
        await self._read_mails()
        if challenge := step.payload.get("challenge"):
            self._fresh = challenge["kind"]

    async def _read_mails(self) -> None:
        for link in await self._stage.mails():
            self._fresh = link.path
            self.memory.remember(link.path, "token", link.token)
            self.model.give_link(link.token, link.user_id, link.path)

    async def _as_if_not_there(self, question: Question, variables: Found, token: str | None, reply: Reply) -> None:
        """What names another platform's record is answered as if nobody had ever had that id, and does nothing."""
        named = {id: f"{global_id(parse_id(id)[0], uuid4())}" for id in self._stage.foreign.values()}
        source = json.dumps(variables)
        if not any(id in source for id in named):
            return
        if question.mutates and (reply.data.get(question.name) or {}).get("errors") == []:
            self.walked.blame(question.name, ["something was done with another platform's record"])
        other = await self._talking.ask(question.source, json.loads(replaced(source, named)), token)
        back = {unknown: id for id, unknown in named.items()}
        if (other.status, replaced(json.dumps(other.body), back)) != (reply.status, json.dumps(reply.body)):
            self.walked.blame(question.name, [f"another platform's record is answered {reply}, an unknown one {other}"])


def replaced(text: str, by: dict[str, str]) -> str:
    for old, new in by.items():
        text = text.replace(old, new)
    return text
