"""What a platform must look like, as far as somebody knows who has read every answer: people, versions, sessions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.attack.stateful.questions import Question
from tests.attack.stateful.seen import Found, Seen

BY_ITSELF = ("sessions", "lockout", "codes", "expiry")
"""What changes without a new version."""


@dataclass
class Step:
    """A mutation, what was seen around it, and what it answered. `actor`: None: nobody is signed in with the token."""

    question: Question
    variables: Found
    actor: str | None
    subject: str | None
    """Whom it is about."""

    actions: list[Found] | None
    """What `viewerActions` has said to the actor of the subject."""

    payload: Found
    earlier: Seen
    later: Seen

    @property
    def input(self) -> Found:
        return self.variables.get("input") or {}

    @property
    def before(self) -> Found | None:
        return self.earlier.user

    @property
    def after(self) -> Found | None:
        return self.later.user

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
    """`password`: None: none is set, or nobody knows it. `app`: the secret that was last shown to an authenticator."""

    version: int
    status: str
    email: str
    set_up: bool
    password: str | None = None
    app: str | None = None


@dataclass
class Secret:
    """A link or a challenge. `kind`: a link's path, or the kind of the challenge. `dead`: why it may not serve."""

    owner: str
    kind: str
    link: bool
    dead: str = ""


@dataclass
class Model:
    people: dict[str, Person] = field(default_factory=dict)
    """Without the watcher."""

    gone: dict[str, None] = field(default_factory=dict)
    tokens: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of every session that was ever entered: whose it is, and its id."""

    sessions: dict[str, str] = field(default_factory=dict)
    """Whose each is that was ever seen, by its id."""

    secrets: dict[str, Secret] = field(default_factory=dict)
    """By their tokens."""

    codes: set[tuple[str, str]] = field(default_factory=set)
    """That have served, each with whose it was."""

    keys: dict[tuple[str, str], tuple[Found, str]] = field(default_factory=dict)
    """Of actors' idempotency keys: the input that came with it first, and the user whom it added."""

    def add(self, user: Found, password: str | None = None, app: str | None = None) -> None:
        set_up = user["status"] == "ACTIVE" or password is not None
        self.people[user["id"]] = Person(user["version"], user["status"], user["email"], set_up, password, app)
        self.sessions |= {session["id"]: user["id"] for session in user["sessions"]}

    def enter(self, token: str, id: str, session: str) -> None:
        """Somebody has a new session."""
        self.tokens[token] = (id, session)
        self.sessions[session] = id

    def owner_of(self, id: Any) -> str | None:
        """Of a user's id, or of a session's: the user."""
        return (id if id in self.people else self.sessions.get(id)) if isinstance(id, str) else None

    def known_as(self, email: Any) -> str | None:
        """Whose address it is, however it is written."""
        wanted = email.strip().casefold() if isinstance(email, str) else None
        return next((id for id, person in self.people.items() if person.email.casefold() == wanted), None)

    def password_of(self, token: str | None, email: str | None) -> str | None:
        """Of whoever has this address; without one, of who has the token."""
        id = self.tokens.get(token or "", ("", ""))[0] if email is None else self.known_as(email)
        return self.people[id].password if id in self.people else None

    def app_of(self, token: str | None, challenge: str | None) -> str | None:
        """The secret of whoever was given this challenge; without one, of who has the token."""
        id = self.tokens.get(token or "", ("", ""))[0] if challenge is None else ""
        id = self.secrets[challenge].owner if challenge in self.secrets else id
        return self.people[id].app if id in self.people else None

    def give_link(self, token: str, owner: str, path: str) -> None:
        """Earlier ones of the same kind die."""
        self._kill(owner, "replaced", lambda secret: secret.kind == path)
        self.secrets[token] = Secret(owner, path, link=True)

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
        if person is not None and step.payload.get("secret"):
            person.app = step.payload["secret"]
        self._learn_secrets(step)
        if key := step.input.get("idempotencyKey"):
            self.keys.setdefault((step.actor or "", key), (without_nulls(step.input), step.subject or ""))
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

    def _learn_secrets(self, step: Step) -> None:
        """What serves once has served; what hangs on what was changed is dead; what is new is neither."""
        if step.secret and ("token" in step.input or "session" in step.payload):
            self.secrets[step.secret].dead = "used"
            self.codes.add((step.subject or "", str(step.input.get("code"))))
        before, after, owner = step.before, step.after, step.subject or ""
        if before and (after is None or after["status"] == "INACTIVE" or differ(before, after, "password")):
            self._kill(owner, "ended", lambda secret: True)
        elif before and after:
            moved, guarded_otherwise = differ(before, after, "email"), differ(before, after, "mfa")
            self._kill(owner, "ended", lambda secret: moved if secret.link else guarded_otherwise)
        if challenge := step.payload.get("challenge"):
            self.secrets[challenge["token"]] = Secret(owner, challenge["kind"], link=False)

    def _kill(self, owner: str, why: str, which: Any) -> None:
        for secret in self.secrets.values():
            if secret.owner == owner and not secret.dead and which(secret):
                secret.dead = why

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


def differ(before: Found, after: Found, name: str) -> bool:
    return bool(before[name] != after[name])


def without_nulls(input: Found) -> Found:
    """Null is as good as absent where there is no old value."""
    return {name: value for name, value in input.items() if value is not None}
