"""Variables for a question: ids, versions, cursors and tokens that were seen before, all else by its type."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pyotp
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_list_type,
    is_required_argument,
)
from graphql import get_nullable_type as nullable

from services.paging import CHECKSUM, MARK, sealed
from tests.attack.stateful.memory import Memory
from tests.attack.stateful.questions import Asked, Question
from tests.attack.stateful.stage import Stage
from tests.world import PASSWORD

OTHERS = ["a wholly different set of words", "nine blue kettles on the stove", "seven slow rivers in rain", "password1"]
PASSWORDS = [*[PASSWORD] * 4, *OTHERS]
"""Few, so that one is often right."""

SENSIBLE = {"first": [1, 3, 10, 25], "last": [1, 3, 10, 25], "size": [16, 80, 512], "lockoutThreshold": [3, 4, 20]}
ANY = [1, 5, 20, 60, 100]
"""Numbers that are mostly taken: of these names, and of others."""

EDGES = [0, -1, 3, 8, 15, 64, 100, 101, 1440, 2**31 - 1, -(2**31)]

NASTY = ["", " ", "a" * 101, "ü" * 600, "a\nb", "%_\\", "\u202eabc", "\x00", "\ud800", "👩‍🚀", "'; --", "ﬃ" * 99 + "@"]
MALFORMED = ["nonsense", "", "VXNlcjow", "===", "é"]
INSTANTS = ["2026-01-01T00:00:00Z", "2026-11-25T12:00:00+02:00", "0001-01-01T00:00:00Z", "2026-11-25", "soon"]
UNFIT = [[[]], {"a": 1}, 1.5, True, "NONE_OF_THEM", 2**40]
"""What hardly any type takes."""

FOREIGN = 0.1
"""Share of ids that are another platform's."""

WAYS = ({"first", "after"}, {"last", "before"}, {"first", "offset"})
PAGING = set().union(*WAYS)
"""Ways of paging; all at once are refused before anything is read."""

NEW = {
    "email": "new{}.{}@example.org",
    "phoneNumber": "+1415555{:04}",
    "timezone": "Europe/Berlin",
    "idempotencyKey": "key {}",
}
"""What the schema cannot say of a string; others are names."""

FEW = {"idempotencyKey": 1}
"""How many different ones there are of what matters where it comes again."""


@dataclass
class Inputs:
    """For one question. `password_of`: what is known of whoever has an address, or, for None, of who asks.
    `app_of`: the secret of the authenticator of whoever was given a challenge, or, for None, of who asks.
    """

    schema: GraphQLSchema
    random: Random
    memory: Memory
    stage: Stage
    question: Question
    password_of: Callable[[str | None], str | None]
    app_of: Callable[[str | None], str | None]
    email: str | None = None
    wild: float = 0.0
    """How often a value is made to be refused."""

    _id: Any = None
    _challenge: Any = None
    """What the input that is being made has of these."""

    def required(self) -> dict[str, Any]:
        """Only what must be given."""
        asked = {name: asked for name, asked in self.question.arguments.items() if is_required_argument(asked.argument)}
        return {name: self._value(each.argument.type, each) for name, each in asked.items()}

    def variables(self) -> dict[str, Any]:
        self.wild = 0.3 if self._happens(0.2) else 0.0
        left_out = set() if self.wild else PAGING - self.random.choice(WAYS)
        given = {}
        for variable, asked in self.question.arguments.items():
            required = isinstance(asked.argument.type, GraphQLNonNull)
            if required or (variable not in left_out and self._happens(0.3)):
                given[variable] = self._value(asked.argument.type, asked)
        return given

    def _value(self, type: Any, asked: Asked) -> Any:
        if self._happens(self.wild / 3):
            return self.random.choice(UNFIT)
        if not isinstance(type, GraphQLNonNull) and self._happens(0.05):
            return None
        type = nullable(type)
        if is_list_type(type):
            return [self._value(type.of_type, asked) for _ in range(self.random.choice((1, 1, 2, 3, 0)))]
        if isinstance(type, GraphQLInputObjectType):
            return self._object(type, asked.returns)
        if isinstance(type, GraphQLEnumType):
            return self.random.choice(list(type.values))
        return self._scalar(type.name, asked)

    def _object(self, type: GraphQLInputObjectType, returns: str) -> dict[str, Any]:
        """`id` comes first: a version is that of the user whom it names. A code comes last: it answers a challenge."""
        given: dict[str, Any] = {}
        for name, field in sorted(type.fields.items(), key=lambda named: named[0] == "code"):
            if isinstance(field.type, GraphQLNonNull) or self._happens(0.35):
                given[name] = self._value(field.type, Asked(name, field, returns, tuple(type.fields)))
                self._id, self._challenge = given.get("id"), given.get("challengeToken")
        return given

    def _scalar(self, scalar: str, asked: Asked) -> Any:
        if scalar == "ID":
            return self._named(asked)
        if scalar == "Int":
            return self._number(asked.name)
        if scalar == "Boolean":
            return self._happens(0.5)
        if scalar == "DateTime":
            return self.random.choice([*self.memory.known("DateTime")[-20:], *INSTANTS])
        return self._text(asked)

    def _named(self, asked: Asked) -> str:
        kind = self._kind_of_id(asked)
        chance = self.random.random()
        if chance < FOREIGN:
            kinds = [kind] if kind and self._happens(0.7) else list(self.stage.foreign)
            return self.stage.foreign[self.random.choice(kinds)]
        if chance < FOREIGN + self.wild / 2:
            return self.random.choice(MALFORMED)
        if kind is None or chance > 0.95:
            return self._one_of("id") or self.random.choice(list(self.stage.foreign.values()))
        promising = {"User": self.question.action, "Role": "own role", "Session": "Session.id"}.get(kind)
        allowed = self._newest(promising or "") if self._happens(0.7) else None
        return allowed or self._one_of(f"{kind}.id") or self.stage.foreign[kind]

    def _kind_of_id(self, asked: Asked) -> str | None:
        """`The user's global id.`, or the type of the field that is called as `roleId` is; None: any."""
        if said := re.search(r"(\w+)'s global id", asked.argument.description or ""):
            return said[1].capitalize()
        return self._type_of_field(asked.name.removesuffix("Id"))

    def _type_of_field(self, name: str) -> str | None:
        types = [type for type in self.schema.type_map.values() if name in getattr(type, "fields", {})]
        named = {get_named_type(type.fields[name].type).name for type in types}  # type: ignore[attr-defined]
        return next(iter(sorted(named & self.stage.foreign.keys())), None)

    def _number(self, name: str) -> Any:
        if self._happens(self.wild):
            return self.random.choice(EDGES)
        if name.startswith("expected"):
            seen = self.memory.versions.get(self._id, 1) if isinstance(self._id, str) else 1
            return seen - (0 if self._happens(0.8) else 1)
        return self.random.choice([*SENSIBLE.get(name, ANY), *self.memory.known(name)[-3:]])

    def _text(self, asked: Asked) -> str:
        name = asked.name
        if self._happens(self.wild) and name not in ("after", "before"):
            return self.random.choice(NASTY)
        if name.endswith("assword"):
            return self._password(name, asked.beside)
        if name.lower().endswith("token"):
            return self._token(name)
        if name == "code":
            return self._code()
        if name in ("after", "before"):
            return self._cursor(asked.returns.replace("Connection", "Edge") + ".cursor")
        named = name == "email" and not any(other.lower().endswith("id") for other in asked.beside)
        known = self._one_of(name) if self._happens(0.8 if named else 0.15) else None
        if named and self._happens(0.2):
            known = self._one_of("locked out") or known
        number = self.random.randrange(FEW.get(name, 10_000))
        text: str = known or NEW.get(name, f"{name} {{}}").format(number, self.stage.mark)
        self.email = text if named else self.email
        return text

    def _password(self, name: str, beside: tuple[str, ...]) -> str:
        """A new one, or mostly the right one, for a few wrong ones lock an account."""
        if name.startswith("new") or "token" in beside:
            return self.random.choice(OTHERS if name.startswith("new") else PASSWORDS)
        right = self.password_of(self.email) if self._happens(0.85) else None
        return right or self.random.choice(PASSWORDS)

    def _cursor(self, key: str) -> str:
        """Now and then with another value inside, by somebody who has seen how they are made."""
        cursor: str = self._one_of(key) or "broken"
        if not self._happens(self.wild * 2) or cursor == "broken":
            return cursor
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(raw[MARK + CHECKSUM :])
        values[self.random.randrange(len(values))] = self.random.choice([*NASTY, *INSTANTS, *UNFIT, None])
        return sealed(raw[:MARK], json.dumps(values).encode())

    def _token(self, name: str) -> str:
        """One that was given away for this; now and then any other."""
        return self._newest("token" if self._happens(0.05) else self.question.secrets[name]) or "of nobody"

    def _code(self) -> str:
        """The app's, or a recovery code."""
        secret = self.app_of(self._challenge if isinstance(self._challenge, str) else None)
        if secret is not None and self._happens(0.7):
            return pyotp.TOTP(secret).at(self.stage.now)
        return self._one_of("recoveryCodes") or "123456"

    def _one_of(self, key: str) -> Any:
        """What was learned lately more often than the rest; None where there is nothing yet."""
        known = self.memory.known(key)
        if not known:
            return None
        return self.random.choice(known[-3:] if self._happens(0.25) else known)

    def _newest(self, key: str) -> Any:
        """What serves once is mostly spent when something newer has come."""
        return self.memory.known(key)[-1] if self.memory.known(key) and self._happens(0.6) else self._one_of(key)

    def _happens(self, chance: float) -> bool:
        return self.random.random() < chance
