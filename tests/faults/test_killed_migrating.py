"""F20: a database with people in it, killed (-9) on its way from the first tables to the newest."""

import random
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from models.migrate import migrate, pending
from tests.faults.cluster import Cluster
from tests.faults.first_version import PEOPLE, make_first_version
from tests.faults.stage import ROUNDS, check
from tests.migrations.catalogue import assert_kept, catalogue, query, rows
from tests.migrations.chains import REAL, Chains, silent
from tests.statements import Statement, statements

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

GROWING = {
    "m9000_column": "ops.AddField(model_name='User', name='rank', field=fields.IntField(null=True)),",
    "m9001_filled": "Fill('User', 'rank = 7', 'rank IS NULL', at_once=100),",
    "m9002_default": "ops.AlterField(model_name='User', name='rank', field=fields.IntField(default=1)),",
}
"""What none of the real ones does: rows change, and on SQLite the table is made anew."""

READING = ("SELECT", "PRAGMA", "SET")


@dataclass
class Place:
    """Where an engine's databases are."""

    engine: str
    cluster: Cluster
    folder: Path

    async def new(self) -> str:
        """One in which there is nothing."""
        return f"sqlite://{self._file()}" if self.engine == "sqlite" else await self.cluster.empty()

    async def copy(self, url: str) -> str:
        """Another one with all that is in this one."""
        if self.engine == "postgres":
            return await self.cluster.empty(template=url.rpartition("/")[2])
        file = self._file()
        await query(url, f"VACUUM INTO '{file}'")
        return f"sqlite://{file}"

    def _file(self) -> Path:
        return self.folder / f"{uuid4().hex}.db"


@pytest.fixture
def place(engine: str, own_cluster: Cluster, tmp_path: Path) -> Place:
    return Place(engine, own_cluster, tmp_path)


@pytest.fixture
def chains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chains:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Chains(tmp_path)


async def test_f20_a_database_with_people_survives_a_kill_after_any_statement_of_its_migrations(
    place: Place, chains: Chains
) -> None:
    old = await place.new()
    await make_first_version(old, chains)
    first, before = await catalogue(old), await rows(old)
    assert len(before["users"]) == PEOPLE
    package, unharmed = chains.extended(**GROWING), await place.copy(old)
    with statements() as heard:
        assert await migrate(unharmed, report=silent, package=package) == [*REAL[1:], *GROWING]
    newest, after = await catalogue(unharmed), await rows(unharmed)
    assert_kept(before, after)

    for number in killing(heard):
        url = await place.copy(old)
        assert await chains.migrating(url, package, KILL_AFTER=str(number)) == (-9, [])
        left = await pending(url, package=package)
        assert_kept(before, await rows(url))
        ahead = any("CONCURRENTLY" in statement.sql for statement in heard[:number])
        if len(left) == len([*REAL[1:], *GROWING]) and not ahead:
            assert await catalogue(url) == first
        assert await migrate(url, report=silent, package=package) == left != []
        assert (await catalogue(url), await rows(url)) == (newest, after)
        await check(url)


def killing(heard: list[Statement]) -> list[int]:
    """After which statements: in a long round each one that changes something, in a short one some of them."""
    changing = [number for number, each in enumerate(heard, 1) if not each.sql.lstrip().startswith(READING)]
    return changing if ROUNDS >= 20 else random.Random(20).sample(changing, ROUNDS)
