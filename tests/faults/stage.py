"""Who is there when a fault strikes, what they do, and what must hold afterwards."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from tortoise import connections

from models.database import opened
from models.mail import Mail
from schema.ids import global_id
from services.clock import system_clock
from tests.faults.servers import Caller, Reply
from tests.invariants import broken_invariants
from tests.running import PATIENCE
from tests.services.mail.smtp_server import ScriptedServer
from tests.world import World

ROUNDS = int(os.environ.get("ROLLCALL_FAULT_ROUNDS", "2"))
"""How often a process is killed, and by what the crowds are multiplied. ROLLCALL_FAULT_ROUNDS=50 before a release."""

AT_ONCE = 8
"""Requests of a load that are unanswered at the same time, at most: a slow machine is asked less, not swamped."""

ADD = """
mutation Add($email: String!, $roleId: ID!, $key: String) {
  addUser(input: {firstName: "Ada", lastName: "Lovelace", email: $email, roleId: $roleId, idempotencyKey: $key}) {
    user { id } errors { code }
  }
}"""
VIEWER = "query Viewer { viewer { id } }"
USERS = "query Users { users(first: 20) { totalCount nodes { id status } } }"
RESEND = "mutation Resend($id: ID!) { resendInvitation(input: {id: $id}) { user { version } errors { code } } }"
INVITATION = "query User($id: ID!) { user(id: $id) { status alerts { type } invitation { delivery { state } } } }"
RESET = "mutation Reset($id: ID!) { sendPasswordReset(input: {id: $id}) { user { version } errors { code } } }"
DISABLE = "mutation Disable($id: ID!) { disableUser(input: {id: $id}) { user { status } errors { code } } }"
ENABLE = "mutation Enable($id: ID!) { enableUser(input: {id: $id}) { user { status } errors { code } } }"

WITHOUT_THEIR_ROWS = """
SELECT users.email FROM users WHERE users.activated_at IS NULL AND (
  (SELECT COUNT(*) FROM audit_events WHERE audit_events.target_id = users.id AND audit_events.type = 'user.added') <> 1
  OR NOT EXISTS (SELECT 1 FROM mails WHERE mails.user_id = users.id AND mails.kind = 'invitation')
  OR NOT EXISTS (SELECT 1 FROM invitations WHERE invitations.user_id = users.id))
"""


Call = Callable[[int], Coroutine[Any, Any, Reply]]


class Now:
    """The system's clock, as `World` wants it."""

    def __call__(self) -> datetime:
        return system_clock()

    @property
    def now(self) -> datetime:
        return system_clock()


@dataclass
class Stage:
    """A platform with a signed-in administrator, in a database that servers share."""

    url: str
    token: str
    role_id: str
    user_ids: list[UUID]

    async def add(self, caller: Caller, email: str, key: str | None = None) -> Reply:
        return await caller(ADD, email=email, roleId=self.role_id, key=key)

    def adding(self, caller: Caller, emails: list[str]) -> Call:
        """What a load does: one after the other."""
        return lambda number: self.add(caller, emails[number])

    async def add_all(self, caller: Caller, prefix: str, number: int) -> list[str]:
        """Adds so many users, who must all be added; gives their addresses."""
        emails = [f"{prefix}{each}@example.org" for each in range(number)]
        for start in range(0, number, 8):
            for reply in await asyncio.gather(*[self.add(caller, email) for email in emails[start : start + 8]]):
                assert reply.data["addUser"]["errors"] == []
        return emails

    async def lease_runs_out(self) -> None:
        """As if the minute were over in which a mail belongs to one worker."""
        async with opened(self.url):
            await Mail.filter(state="QUEUED").update(due_at=system_clock())


async def set_stage(url: str, users: int = 2) -> Stage:
    async with opened(url):
        world = World(Now())
        platform = await world.platform()
        token = await world.session(await world.admin(platform))
        people = [await world.user(platform, email=f"person{each}@example.org") for each in range(users)]
        role = await world.role(platform, "Viewer")
        world.hasher.close()
        return Stage(url, token, global_id("Role", role.id), [person.id for person in people])


async def check(url: str) -> None:
    """What holds after every fault."""
    async with opened(url):
        await rules_hold(system_clock())


async def rules_hold(now: datetime) -> None:
    """The same, in the database that this process has open."""
    assert await broken_invariants(now) == []
    rows = await connections.get("default").execute_query_dict(WITHOUT_THEIR_ROWS)
    assert [row["email"] for row in rows] == []


async def invited(url: str) -> list[str]:
    """The addresses of everybody whom a row of the database invites."""
    async with opened(url):
        return sorted(await Mail.filter(kind="invitation").values_list("recipient", flat=True))


async def outcome(url: str) -> Counter[str]:
    """How many mails are in which state."""
    async with opened(url):
        return Counter(await Mail.all().values_list("state", flat=True))


def recipients(mails: ScriptedServer) -> list[str]:
    return sorted(mail.recipients[0] for mail in mails.received)


async def until(true: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while not true():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"never happened: {what}") from None


async def until_received(mails: ScriptedServer, number: int) -> None:
    await until(lambda: len(mails.received) == number, f"{number} mails arrive")


@asynccontextmanager
async def under_load(rate: float, call: Call) -> AsyncIterator[list[Reply]]:
    """Calls so many times a second, at most, while the block runs, whatever becomes of each.

    At most AT_ONCE calls wait for their replies, all of which are in afterwards.
    """
    replies: list[Reply] = []
    free = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        try:
            replies.append(await call(number))
        finally:
            free.release()

    async def all_of_them(group: asyncio.TaskGroup) -> None:
        for number in count():
            await free.acquire()
            group.create_task(one(number))
            await asyncio.sleep(1 / rate)

    async with asyncio.TaskGroup() as group:
        source = group.create_task(all_of_them(group))
        try:
            yield replies
        finally:
            source.cancel()
