"""F19: tables that grow under two servers of the old version, while people read, add and change users."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from models.database import opened
from models.user import User
from schema.ids import global_id
from services.clock import system_clock
from tests.faults.conftest import MakeServer
from tests.faults.servers import Caller, Reply
from tests.faults.stage import DISABLE, ENABLE, ROUNDS, USERS, Now, Stage, check, invited, under_load, until
from tests.migrations.chains import Chains
from tests.world import World

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

OTHERS = 100_000 if ROUNDS >= 20 else 5000
"""Users of another platform, so that indexing and filling take their time."""

EXPANDING = {
    "m9000_columns": "ops.AddField(model_name='User', name='rank', field=fields.IntField(null=True)),"
    "ops.AddField(model_name='Session', name='device', field=fields.CharField(max_length=40, null=True)),"
    "ops.AddField(model_name='Role', name='rank', field=fields.IntField(null=True)),",
    "m9001_filled": "Fill('User', 'rank = 7', 'rank IS NULL'), Fill('Session', \"device = ''\", 'device IS NULL'),",
    "m9002_indexes": "ops.AddIndex(model_name='User', index=Index(fields=('platform_id', 'rank'), name='by_rank')),"
    "ops.AddIndex(model_name='User', index=Index(fields=('rank', 'email_key', 'id'), name='ranks')),",
    "m9003_rule": "ops.AddConstraint(model_name='User', constraint=CheckConstraint(check='rank > 0', name='ranked')),",
    "m9004_wider": "ops.AlterField(model_name='User', name='last_name', field=fields.CharField(max_length=200)),",
    "m9005_replaced": "ops.RemoveIndex(model_name='User', name='by_rank', fields=None),",
}
"""What may be done while the old version serves: nothing that it needs goes, and nothing new is asked of it."""

DEADLOCK_SECONDS = 1.0
"""After which PostgreSQL notices a deadlock; what was undone for it is done again."""

TIMES = 30
"""What an answer may take besides, as a multiple of the slowest answer that needs no database at that time."""

NOTHING = "query Nothing { __typename }"

SWITCHES = [(DISABLE, "disableUser", "INACTIVE"), (ENABLE, "enableUser", "ACTIVE")]


async def fill(url: str) -> None:
    """Adds the other platform, whose people were active from the first moment."""
    async with opened(url):
        world, now = World(Now()), system_clock()
        platform = await world.platform("Others")
        await world.admin(platform)
        role = await world.role(platform, "Viewer")
        facts = {"platform_id": platform.id, "role_id": role.id, "timezone": "UTC"}
        times = {"created_at": now, "updated_at": now, "activated_at": now}
        await User.bulk_create(
            [User.named("Ada", "Other", f"{n}@others.example.org", id=uuid4(), **facts, **times) for n in range(OTHERS)]
        )
        world.hasher.close()


async def migrate_twice_at_once(url: str, package: str, chains: Chains) -> list[str]:
    """In processes of their own; the names of what one or the other has applied."""
    ends = await asyncio.gather(chains.migrating(url, package), chains.migrating(url, package))
    assert [code for code, _ in ends] == [0, 0]
    return [name for _, names in ends for name in names]


@dataclass
class Crowd:
    """Reads, adds, and switches people off and on, each at both servers; notes every answer that is not the right one.

    The right one is what would have come on any other day.
    """

    stage: Stage
    callers: list[Caller]
    added: int = 0
    wrong: list[Reply] = field(default_factory=list)
    beside: list[Reply] = field(default_factory=list)
    """Answers without a database, one before each other answer: how slow the machine and the servers are."""
    one_by_one: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def call(self, number: int) -> Reply:
        caller = self.callers[number // 4 % 2]
        self.beside.append(await caller.anonymously(NOTHING))
        return await [self.read, self.add, self.read, self.switch][number % 4](caller, number)

    async def read(self, caller: Caller, number: int) -> Reply:
        at_least = min(20, 1 + len(self.stage.user_ids) + self.added)
        reply = await caller(USERS)
        self.note(reply, lambda data: len({user["id"] for user in data["users"]["nodes"]}) >= at_least)
        return reply

    async def add(self, caller: Caller, number: int) -> Reply:
        reply = await self.stage.add(caller, f"ada{number}@crowd.example.org")
        self.note(reply, lambda data: data["addUser"]["user"] and data["addUser"]["errors"] == [])
        self.added += reply not in self.wrong
        return reply

    async def switch(self, caller: Caller, number: int) -> Reply:
        id = global_id("User", self.stage.user_ids[number // 8 % 2])
        document, name, status = SWITCHES[number // 16 % 2]
        async with self.one_by_one[id]:
            reply = await caller(document, id=id)
        self.note(reply, lambda data: data == {name: {"user": {"status": status}, "errors": []}})
        return reply

    def note(self, reply: Reply, right: Callable[[Any], bool]) -> None:
        if reply.status != 200 or "errors" in reply.body or not right(reply.body["data"]):
            self.wrong.append(reply)


def slowest(replies: list[Reply]) -> float:
    return max(reply.seconds for reply in replies)


async def test_f19_tables_that_grow_under_load_cost_no_answer(stage: Stage, server: MakeServer, tmp_path: Path) -> None:
    await fill(stage.url)
    chains = Chains(tmp_path)
    async with server() as first, server() as second:
        crowd = Crowd(stage, [rollcall.caller(stage.token) for rollcall in (first, second)])
        package, done = chains.extended(), []
        async with under_load(20, crowd.call) as replies:
            for name, operations in EXPANDING.items():
                chains.add(package, name, operations)
                done += await migrate_twice_at_once(stage.url, package, chains)
                so_far = len(replies)
                await until(lambda so_far=so_far: len(replies) >= so_far + 4, "others are answered afterwards")
        assert done == list(EXPANDING)
        assert crowd.wrong == []
        assert len(replies) > 50
        assert {reply.status for reply in crowd.beside} == {200}
        assert slowest(replies) < DEADLOCK_SECONDS + TIMES * slowest(crowd.beside)
        assert len([email for email in await invited(stage.url) if "@crowd." in email]) == crowd.added
        await first.readiness(200)
        await second.readiness(200)
    await check(stage.url)
