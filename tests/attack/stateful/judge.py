"""Judges what a walk is answered, and keeps what is to be told of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from graphql import GraphQLSchema

from tests.attack.stateful.every_mutation import EveryMutation, nothing_changed
from tests.attack.stateful.fitting import misfits
from tests.attack.stateful.memory import Memory
from tests.attack.stateful.model import Model, Step
from tests.attack.stateful.promises import broken_promises
from tests.attack.stateful.questions import Question
from tests.attack.stateful.rights import broken_rights
from tests.attack.stateful.seen import Found, Seen
from tests.attack.stateful.talking import Reply

TOLD = 6
"""Steps before a fault that are worth telling."""


@dataclass
class Walked:
    """What came of a walk; `faults` are sentences, and `story` what was asked and answered last."""

    seed: int
    path: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    """How often each question was asked; and how often each mutation was done."""

    codes: Counter[str] = field(default_factory=Counter)
    """Why mutations were not."""

    faults: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)

    def blame(self, name: str, faults: Iterable[str]) -> None:
        self.faults += [f"{name}: {fault}" for fault in faults]


class Judge:
    def __init__(self, schema: GraphQLSchema, memory: Memory, model: Model, walked: Walked) -> None:
        self._schema, self._memory, self._model, self._walked = schema, memory, model, walked
        self._every = EveryMutation(schema)

    def answer(self, question: Question, variables: Found, who: str | None, reply: Reply) -> None:
        """Of any kind: status, media type and shape. `who`: a user's id, or a token."""
        payload = reply.data.get(question.name)
        refused = [error["code"] for error in payload["errors"]] if question.mutates and payload else []
        self._walked.asked[question.name] += 1
        self._walked.path.append(f"{question.name} {' '.join(sorted({*reply.codes, *refused})) or 'done'}")
        told = f"{question.name} {variables} by {who}:\n    {reply.status} {reply.body}"
        self._walked.story = [*self._walked.story[-TOLD:], told]
        self._walked.blame(question.name, reply.faults)
        self._walked.blame(question.name, misfits(self._schema, question.document, reply.body))

    def nothing(self, question: Question, reply: Reply, actor: str | None, earlier: Seen, later: Seen) -> None:
        """A mutation without a payload: it does not fit the schema, or nobody is signed in; it has changed nothing."""
        wanted = {"BAD_USER_INPUT", "QUERY_TOO_COMPLEX"} if reply.status == 400 else {"UNAUTHENTICATED"}
        if not reply.codes <= wanted or (reply.status == 200 and actor is not None):
            self._walked.blame(question.name, [f"nothing was answered to {actor}: {reply.codes}"])
        self._walked.blame(question.name, nothing_changed(earlier, later))

    def mutation(self, step: Step) -> None:
        """By what all mutations promise, and this one; the model is as it was before it."""
        self._walked.done[step.question.name] += step.done
        self._walked.codes.update(step.codes)
        self._walked.blame(step.question.name, self._every.broken(step))
        self._walked.blame(step.question.name, broken_rights(step))
        self._walked.blame(step.question.name, broken_promises(step, self._model))

    def shown(self, question: Question, reply: Reply) -> None:
        """Takes an answer into the memory; all users in it are as the model has them."""
        self._memory.take_in(self._schema.type_map[question.root], reply.data)
        for user in self._memory.seen():
            self._walked.blame(question.name, self._model.wrong_about(user))
