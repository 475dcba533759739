"""`deleteUser`: for good, from every table, with whatever names the person."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from tortoise import connections

from models.audit_event import AuditEvent
from models.invitation import Invitation
from models.mail import Mail
from models.session import Session
from models.user import User
from tests.conftest import StandingClock
from tests.schema.users.documents import (
    ACCEPT,
    ADD,
    CHANGE_EMAIL,
    DELETE,
    DISABLE,
    EDIT,
    ENABLE,
    RESEND,
    UNLOCK,
    call,
    faults,
)
from tests.schema.users.test_add import newcomer
from tests.schema.users.witness import everything, link_token, nothing_changes, outbox, trail
from tests.world import World, user_id

pytestmark = pytest.mark.anyio

TO_USERS = {
    "sqlite": 'SELECT tables.name AS "table", keys."from" AS "column", keys.on_delete AS rule '
    "FROM sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS keys "
    "WHERE tables.type = 'table' AND keys.\"table\" = 'users'",
    "postgres": 'SELECT tables.relname AS "table", columns.attname AS "column", '
    "CASE keys.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'OTHER' END AS rule "
    "FROM pg_constraint AS keys JOIN pg_class AS tables ON tables.oid = keys.conrelid "
    "JOIN pg_attribute AS columns ON columns.attrelid = tables.oid AND columns.attnum = keys.conkey[1] "
    "WHERE keys.contype = 'f' AND keys.confrelid = 'users'::regclass",
}
PERSON = {"first_name": "Wilhelmina", "last_name": "Ångström", "email": "Wilma@Physics.example"}


async def mentions(*texts: str) -> list[tuple[str, str, Any]]:
    """Every cell of every table that has one of the texts in it, in whatever case."""
    return [
        (table, column, value)
        for table, rows in (await everything()).items()
        for row in rows
        for column, value in row.items()
        if any(text.casefold() in str(value).casefold() for text in texts)
    ]


async def test_a_deleted_user_is_gone_and_the_deed_is_recorded(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    payload = await call(ask, DELETE, id=user_id(target))
    assert payload == {"deletedUserId": user_id(target), "errors": []}
    assert (await ask("query ($id: ID!) { user(id: $id) { id } node(id: $id) { id } }", id=user_id(target))).data == {
        "user": None,
        "node": None,
    }
    assert await trail() == [{"type": "user.deleted", "actor": "Grace Hopper", "target": None, "changes": []}]
    assert await outbox() == []


async def test_deleting_again_finds_nobody(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    await call(ask, DELETE, id=user_id(target))
    async with nothing_changes():
        payload = await call(ask, DELETE, id=user_id(target))
    assert payload["errors"] == [
        {"code": "NOT_FOUND", "message": "There is no such user.", "field": ["input", "id"], "retryAfter": None}
    ]
    assert payload["deletedUserId"] is None


async def test_of_twenty_at_once_one_deletes(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    ask = await world.client(admin)
    answers = await asyncio.gather(*(call(ask, DELETE, id=user_id(target)) for _ in range(20)))
    assert sorted(faults(answer) for answer in answers) == [[]] + [[("NOT_FOUND", "id")]] * 19
    assert [event["type"] for event in await trail()] == ["user.deleted"]


async def test_every_table_that_refers_to_users_lets_go_of_a_deleted_one(world: World) -> None:
    await world.platform()
    database = connections.get("default")
    keys = await database.execute_query_dict(TO_USERS[database.capabilities.dialect])
    kept = {(key["table"], key["column"]) for key in keys if key["rule"] != "CASCADE"}
    assert {key["rule"] for key in keys} == {"CASCADE", "SET NULL"}
    assert kept == {
        ("audit_events", "actor_id"),
        ("audit_events", "target_id"),
        ("idempotency_records", "user_id"),
        ("invitations", "invited_by_id"),
    }
    assert {("sessions", "user_id"), ("mails", "user_id"), ("invitations", "user_id")} <= {
        (key["table"], key["column"]) for key in keys
    }


async def test_nothing_that_belonged_to_the_user_and_nothing_that_names_the_person_remains(
    world: World, clock: StandingClock
) -> None:
    admin = await world.admin()
    platform = await admin.platform
    ask = await world.client(admin)
    before = await everything()
    person = await world.user(platform, role="Platform", phone_number="+442079460018", **PERSON)
    await world.recovery_codes(person, 3)
    theirs = await world.client(person)
    id = user_id(person)
    await call(ask, EDIT, id=id, firstName="Mina")
    await call(ask, CHANGE_EMAIL, id=id, email="mina@lab.example")
    await call(ask, DISABLE, id=id, reason="Wilhelmina is on leave")
    await call(ask, ENABLE, id=id)
    await User.filter(id=person.id).update(locked_at=clock.now)
    await call(ask, UNLOCK, id=id)
    theirs = await world.client(person)
    added = await call(theirs, ADD, **await newcomer(world, person, idempotencyKey="k"))
    assert faults(await call(theirs, EDIT, id=id, lastName="Ångström-Bohr")) == []
    assert faults(await call(theirs, EDIT, id=added["user"]["id"], lastName="King")) == []
    assert faults(await call(theirs, DISABLE, id=user_id(admin))) == []
    assert faults(await call(theirs, ENABLE, id=user_id(admin))) == []
    ask = await world.client(admin)
    assert faults(await call(ask, DELETE, id=id)) == []
    traces = ("wilhelmina", "mina@", "wilma", "ångström", "angstrom", "lab.example", "physics", "7946")
    assert await mentions(*traces, str(person.id), person.id.hex) == []
    after = await everything()
    assert await Mail.filter(user_id=person.id).count() == 0
    assert len(after["users"]) == len(before["users"]) + 1
    assert after["recovery_codes"] == after["idempotency_records"] == []
    assert await Session.all().count() == 1
    forgotten = [event for event in await trail() if event["actor"] == "Deleted user"]
    assert sorted(event["type"] for event in forgotten) == [
        "user.added", "user.disabled", "user.edited", "user.edited", "user.enabled",
    ]  # fmt: skip


async def test_who_was_invited_by_the_deleted_one_stays_invited_by_nobody(world: World) -> None:
    platform = await world.platform()
    admin, other = await world.admin(platform), await world.admin(platform, first_name="Wilhelmina")
    added = await call(await world.client(other), ADD, **await newcomer(world, other))
    assert (await Mail.get()).facts["inviter"] == "Wilhelmina Hopper"
    ask = await world.client(admin)
    await call(ask, DELETE, id=user_id(other))
    document = "query ($id: ID!) { user(id: $id) { status invitation { timesSent invitedBy { id } } } }"
    assert (await ask(document, id=added["user"]["id"])).data == {
        "user": {"status": "INVITED", "invitation": {"timesSent": 1, "invitedBy": None}}
    }
    assert await mentions("Wilhelmina") == []
    payload = await call(await world.client(), ACCEPT, token=await link_token("ada@example.org"), password="x" * 12)
    assert faults(payload) == [("PASSWORD_REJECTED", "password")]


async def test_the_invitation_of_a_deleted_user_is_dead_and_its_mail_never_leaves(world: World) -> None:
    admin = await world.admin()
    ask = await world.client(admin)
    ada = (await call(ask, ADD, **await newcomer(world, admin)))["user"]
    token = await link_token("ada@example.org")
    await call(ask, DELETE, id=ada["id"])
    assert (await outbox(), await Invitation.all().count()) == ([], 0)
    payload = await call(await world.client(), ACCEPT, token=token, password="eight green herons on the pier")
    assert faults(payload) == [("INVALID_TOKEN", "token")]


async def test_sessions_end_with_the_account(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform)
    theirs = await world.client(target)
    await call(await world.client(admin), DELETE, id=user_id(target))
    assert (await theirs("{ viewer { id } }")).data == {"viewer": None}


async def test_the_address_can_be_added_again_and_is_somebody_new(world: World) -> None:
    admin = await world.admin()
    ask, input = await world.client(admin), await newcomer(world, admin, idempotencyKey="k")
    first = (await call(ask, ADD, **input))["user"]
    await call(ask, DELETE, id=first["id"])
    late = await call(ask, ADD, **input)
    assert (late["user"], faults(late)) == (None, [("NOT_FOUND", "idempotencyKey")])
    second = (await call(ask, ADD, **input | {"idempotencyKey": "another"}))["user"]
    assert second["id"] != first["id"]
    assert (second["email"], second["version"], second["invitation"]["timesSent"]) == ("ada@example.org", 1, 1)


async def test_a_deleted_user_is_no_longer_found(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, email="ada@example.org")
    ask = await world.client(admin)
    await call(ask, DELETE, id=user_id(target))
    listed = "query ($filter: UserFilter) { users(filter: $filter) { totalCount nodes { lastName } } }"
    assert (await ask(listed)).data["users"] == {"totalCount": 1, "nodes": [{"lastName": "Hopper"}]}
    for text in ("ada", "lovelace", "ada@example.org", user_id(target)):
        assert (await ask(listed, filter={"text": text})).data["users"]["totalCount"] == 0


async def test_edits_and_invitations_at_the_same_time_as_deleting_leave_nothing(world: World) -> None:
    admin = await world.admin()
    target = await world.user(await admin.platform, id=uuid4(), invited=True)
    ask = await world.client(admin)
    asked = [call(ask, EDIT, id=user_id(target), firstName=f"Ada {n}") for n in range(5)]
    asked += [call(ask, DELETE, id=user_id(target))] + [call(ask, RESEND, id=user_id(target)) for _ in range(5)]
    for payload in await asyncio.gather(*asked):
        assert faults(payload) in ([], [("NOT_FOUND", "id")])
    assert await mentions(str(target.id)) == []
    assert await AuditEvent.filter(type="user.deleted").count() == 1
