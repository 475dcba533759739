"""What a platform must look like, as far as somebody knows who has read every answer: people, versions, sessions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.attack.stateful.questions import Question

Found = dict[str, Any]

BY_ITSELF = ("sessions", "lockout", "codes")
"""What changes without a new version."""


@dataclass
class Step:
    """A mutation, what was seen around it, and what it answered. `actor`: None: nobody is signed in with the token."""

    question: Question
    variables: Found
    actor: str | None
    subject: str | None
    """Whom it is about."""

    before: Found | None
    actions: list[Found] | None
    payload: Found
    after: Found | None = None
    total: int = 0

    @property
    def input(self) -> Found:
        return self.variables.get("input") or {}

    @property
    def secret(self) -> Any:
        """The token of a link or a challenge."""
        return self.input.get("token") or self.input.get("challengeToken")

    @property
    def codes(self) -> list[str]:
        return [error["code"] for error in self.payload["errors"]]

    @property
    def done(self) -> bool:
        return not self.payload["errors"]


@dataclass
class Person:
    """`password`: None: none is set, or nobody knows it."""

    version: int
    status: str
    email: str
    set_up: bool
    password: str | None = None


@dataclass
class Model:
    people: dict[str, Person] = field(default_factory=dict)
    """Without the watcher."""

    gone: dict[str, None] = field(default_factory=dict)
    tokens: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of every session that was ever known: whose it is, and its id."""

    owners: dict[str, str] = field(default_factory=dict)
    """Whose a challenge or a link is, by its token."""

    used: set[str] = field(default_factory=set)
    """Challenges and links that have served."""

    def add(self, user: Found, password: str | None = None) -> None:
        set_up = user["status"] == "ACTIVE" or password is not None
        self.people[user["id"]] = Person(user["version"], user["status"], user["email"], set_up, password)

    def owner_of(self, id: Any) -> str | None:
        """Of a user's id, or of a session's: the user."""
        sessions = {session: user for user, session in self.tokens.values()}
        return (id if id in self.people else sessions.get(id)) if isinstance(id, str) else None

    def known_as(self, email: Any) -> str | None:
        """Whose address it is, however it is written."""
        wanted = email.strip().casefold() if isinstance(email, str) else None
        return next((id for id, person in self.people.items() if person.email.casefold() == wanted), None)

    def password_of(self, token: str | None, email: str | None) -> str | None:
        """Of whoever has this address; without one, of who has the token."""
        id = self.tokens.get(token or "", ("", ""))[0] if email is None else self.known_as(email)
        return self.people[id].password if id in self.people else None

    def learn(self, step: Step) -> list[str]:
        """Takes over what a mutation that was done may have changed; the tokens of sessions that it began."""
        if not step.done:
            return []
        self._learn_about(step.subject, step.after)
        for name, value in step.payload.items():
            if name.startswith("deleted") and value is not None:
                self.gone[value] = None
        person, new = self.people.get(step.subject or ""), step.input.get("newPassword")
        if person is not None and (new or "token" in step.input):
            person.password = new or step.input["password"]
        if step.secret and ("token" in step.input or "session" in step.payload):
            self.used.add(step.secret)
        if challenge := step.payload.get("challenge"):
            self.owners[challenge["token"]] = step.subject or ""
        return [session["token"]] if (session := step.payload.get("session")) else []

    def _learn_about(self, id: str | None, user: Found | None) -> None:
        """That it may have become so, others check."""
        if user is None:
            self.people.pop(id or "", None)
            return
        if user["id"] not in self.people:
            self.add(user)
        person = self.people[user["id"]]
        person.status, person.email = user["status"], user["email"]
        person.set_up = person.set_up or person.status == "ACTIVE"
        person.password = person.password if user["password"]["isSet"] else None

    def wrong_about(self, user: Found) -> Iterator[str]:
        """What is strange about a user that some answer has shown."""
        person = self.people.get(user["id"])
        if person is None:
            yield f"a user is shown who {'was deleted' if user['id'] in self.gone else 'nobody has added'}: {user}"
            return
        if user["version"] < person.version:
            yield f"the version of {user['email']} fell from {person.version} to {user['version']}"
        if (user["status"], user["email"]) != (person.status, person.email):
            yield f"{person.email} ({person.status}) has become {user['email']} ({user['status']}) by itself"
        person.version = user["version"]


def without(user: Found | None, *names: str) -> Found | None:
    return user and {name: value for name, value in user.items() if name not in names}
