"""A walk: questions one after the other, each made from what earlier answers had, and each answer judged."""

import traceback
from contextlib import suppress
from functools import partial
from random import Random

from graphql import GraphQLSchema

from tests.attack.stateful.inputs import Inputs
from tests.attack.stateful.judge import Judge, Walked
from tests.attack.stateful.memory import Memory
from tests.attack.stateful.model import Found, Model, Step
from tests.attack.stateful.questions import Question
from tests.attack.stateful.stage import SECRET, Stage
from tests.attack.stateful.talking import Talking
from tests.attack.stateful.watcher import Watcher
from tests.world import PASSWORD, user_id

ACTIONS = "query Actions($id: ID!) { user(id: $id) { viewerActions { action allowed code } } }"
QUERIES, NOBODY, ANYBODY, SECRETS = 0.25, 0.04, 0.16, 0.35
"""Shares of steps: that only read; of those who are not signed in, or hold any token that was ever seen; and of
mutations, those that take what somebody must know."""

REPEATS = 0.04
"""Of steps: the last mutation once more, word for word."""


class ShutOut(Exception):
    """No administrator is left who could go on."""


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
        self._last: tuple[Question, Found, str | None] | None = None

    async def run(self, steps: int) -> Walked:
        """Ends early at the first fault, for what follows it follows from it; or where nobody is left to go on."""
        try:
            await self._begin()
            await self._go_on(steps)
        except Exception:
            self.walked.faults.append(f"an answer that nobody expects: {traceback.format_exc()}")
        return self.walked

    async def _begin(self) -> None:
        await self._watcher.enter()
        self.memory.remember("secret", "", SECRET)
        self.memory.remember("password", "", PASSWORD)
        for person in self._stage.people:
            user, _ = await self._watcher.look(user_id(person))
            self.model.add(user, PASSWORD if person.password_hash else None)

    async def _go_on(self, steps: int) -> None:
        with suppress(ShutOut):
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
        if self._last is not None and self._random.random() < REPEATS:
            await self._mutate(*self._last)
            return
        queries = {question.name: question for question in self._questions if not question.mutates}
        first = number < len(queries)
        question, token = list(queries.values())[number] if first else self._question(), await self._somebody()
        password_of = partial(self.model.password_of, token)
        inputs = Inputs(self._schema, self._random, self.memory, self._stage, question, password_of)
        variables = inputs.required() if first else inputs.variables()
        if question.mutates:
            self._last = question, variables, token
            await self._mutate(question, variables, token)
        else:
            reply = await self._talking.ask(question.source, variables, token)
            self._judge.answer(question, variables, token, reply)
            self._judge.shown(question, reply)

    def _question(self) -> Question:
        mutates = self._random.random() > QUERIES
        among = [question for question in self._questions if question.mutates == mutates]
        if self._random.random() < SECRETS:
            among = [question for question in among if self._could_know(question)] or among
        return self._random.choice(among)

    def _could_know(self, question: Question) -> bool:
        """Whatever it takes that one must know, where it takes anything such."""
        return bool(question.needs) and all(map(self.memory.known, question.needs))

    async def _somebody(self) -> str | None:
        """A token, which may be of nobody any more: mostly an administrator's."""
        chance, known = self._random.random(), list(self.model.tokens)
        if chance < NOBODY:
            return None
        if chance < ANYBODY and known:
            return self._random.choice(known)
        if self._administrator is None or await self._watcher.whose(self._administrator) is None:
            self._administrator = await self._new_session()
        return self._administrator

    async def _new_session(self) -> str:
        """Of whoever was an administrator at the beginning and is active now."""
        for person in self._stage.people:
            known = self.model.people.get(user_id(person))
            if person.role_id == self._stage.watcher.role_id and known is not None and known.status == "ACTIVE":
                token = await self._stage.enter(user_id(person))
                assert await self._watcher.learn(token) == []
                return token
        raise ShutOut

    async def _mutate(self, question: Question, variables: Found, token: str | None) -> None:
        actor = None if token is None else await self._watcher.whose(token)
        subject = self._subject(variables, actor)
        before = (await self._watcher.look(subject))[0] if subject else None
        actions = await self._announced(question, variables, token)
        reply = await self._talking.ask(question.source, variables, token)
        self._judge.answer(question, variables, actor, reply)
        payload = reply.data.get(question.name)
        if payload is None:
            self._judge.nothing(reply, actor)
            return
        subject = subject or (payload.get("user") or {}).get("id")
        after, total = await self._watcher.look(subject)
        step = Step(question, variables, actor, subject, before, actions, payload, after, total)
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
            return self.model.owners.get(secret) if isinstance(secret, str) else None
        if "id" in input:
            return self.model.owner_of(input["id"])
        return self.model.known_as(input["email"]) if "email" in input else actor

    async def _announced(self, question: Question, variables: Found, token: str | None) -> list[Found] | None:
        if question.action is None or not isinstance(variables.get("input"), dict):
            return None
        found = await self._talking.read(ACTIONS, token, id=variables["input"].get("id"))
        actions: list[Found] | None = (found.get("user") or {}).get("viewerActions")
        return actions

    async def _learn(self, step: Step) -> None:
        for token in self.model.learn(step):
            self.walked.blame(step.question.name, await self._watcher.learn(token))
        for link in await self._stage.mails():
            self.memory.remember(link.path, "token", link.token)
            self.model.owners[link.token] = link.user_id
