"""People and roles as version 0.1 wrote them, with its keys."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from models.migrate import migrate
from models.migrating.chain import read_chain
from models.migrating.connection import connected
from tests.migrations.chains import REAL, Chains, silent

BEFORE = REAL.index("0004_rebuilt_keys")
"""How many migrations that version has."""

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


class OldPerson(NamedTuple):
    first_name: str
    last_name: str
    email: str
    email_key: str
    first_name_key: str
    last_name_key: str
    words: tuple[str, ...]


OLD = [
    OldPerson("Lech", "Wałęsa", "l@x.example", "l@x.example", "lech", "wałesa",
              ("example", "l", "lech", "wałesa", "x")),
    OldPerson("A", "Plain", "a@x.example", "a@x.example", "a", "plain", ("a", "example", "plain", "x")),
    OldPerson("Max", "O’Neill  x", "SS@straße.example", "ss@strasse.example", "max", "o’neill  x",
              ("example", "max", "neill", "o", "ss", "strasse", "x")),
    OldPerson("B", "Østby", "b@bücher.example", "b@bücher.example", "b", "østby", ("b", "bucher", "example", "østby")),
]  # fmt: skip
CURRENT = [
    OldPerson("Lech", "Wałęsa", "l@x.example", "l@x.example", "lech", "walesa",
              ("example", "l", "lech", "walesa", "x")),
    OLD[1],
    OldPerson("Max", "O’Neill  x", "SS@straße.example", "ss@straße.example", "max", "o'neill x",
              ("example", "max", "neill", "o", "oqa", "ss", "strae", "strasse", "x", "xn")),
    OldPerson("B", "Østby", "b@bücher.example", "b@bücher.example", "b", "ostby",
              ("b", "bcher", "bucher", "example", "kva", "ostby", "xn")),
]  # fmt: skip
"""The same people with the keys of now."""


async def make_old_people(url: str, chains: Chains) -> None:
    """Makes a database of that version with the people of `OLD`, whose ids are in that order."""
    await make_old_roles(url, chains, {"Viewer": "viewer"})
    async with connected(url):
        tables = (await (await read_chain("models.migrations")).state(REAL[:BEFORE])).apps.apps["models"]
        role = await tables["Role"].get()
        links = {"platform_id": role.platform_id, "role_id": role.id}
        for number, person in enumerate(OLD, 1):
            facts = person._asdict()
            words = facts.pop("words")
            times = {"timezone": "UTC", "created_at": NOW, "updated_at": NOW}
            user = await tables["User"].create(id=UUID(int=number), **facts, **links, **times)
            for word in words:
                await tables["SearchWord"].create(platform_id=role.platform_id, user_id=user.id, word=word)


async def make_old_roles(url: str, chains: Chains, keys: Mapping[str, str]) -> dict[str, UUID]:
    """Makes a database of that version with a platform and roles of these names and keys; their ids, in that order."""
    await migrate(url, report=silent, package=chains.first(BEFORE))
    ids = {name: UUID(int=number) for number, name in enumerate(keys, 1)}
    async with connected(url):
        tables = (await (await read_chain("models.migrations")).state(REAL[:BEFORE])).apps.apps["models"]
        platform = await tables["Platform"].create(id=UUID(int=1), name="Acme", created_at=NOW)
        for name, key in keys.items():
            facts = {"id": ids[name], "platform_id": platform.id, "created_at": NOW}
            await tables["Role"].create(name=name, name_key=key, **facts)
    return ids
