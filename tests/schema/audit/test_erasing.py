"""Deleting an account erases the person everywhere and keeps what happened."""

import pytest

from models.audit_event import AuditEvent
from models.mail import Mail
from services.accepting import accept_invitation
from services.actor import Origin
from services.audit import DELETED
from services.signing_in import sign_in
from tests.schema.audit.documents import events, refused, types
from tests.schema.users.witness import everything, link_token
from tests.world import PASSWORD, World, cheap_hasher, role_id, user_id

pytestmark = pytest.mark.anyio

HOME = Origin(ip_address="203.0.113.66", user_agent="Zenobia's browser", request_id="from-home")
TRACES = ("Zenobia", "Zzyx", "zenobia", "zzyx", "203.0.113.66", "+14155550132", "Antarctica/Troll")


async def test_nothing_that_names_a_deleted_person_is_left_in_any_table(world: World) -> None:
    admin = await world.admin()
    platform, hasher = await admin.platform, cheap_hasher()
    ask, boss = await world.client(admin), role_id(await world.role(platform))
    zenobia = 'firstName: "Zenobia", lastName: "Zzyx", email: "zenobia@zzyx.example.org"'
    assert await refused(ask, f'addUser(input: {{{zenobia}, roleId: "{boss}"}})') == []
    now, token = world.clock.now, await link_token("zenobia@zzyx.example.org")
    started = await accept_invitation(HOME, token, PASSWORD, now=now, hasher=hasher)
    with pytest.raises(Exception, match="do not match"):
        await sign_in(HOME, "zenobia@zzyx.example.org", "wrong", now=now, hasher=hasher)
    hasher.close()
    person, id = started.user, user_id(started.user)
    for change in ('phoneNumber: "+14155550132"', 'timezone: "Antarctica/Troll"', 'firstName: "Zenobia Anne"'):
        assert await refused(ask, f'editUser(input: {{id: "{id}", {change}}})') == []
    assert await refused(ask, f'changeUserEmail(input: {{id: "{id}", email: "zz@zzyx.example.org"}})') == []
    hers = await world.client(await world.whole(person.id))
    viewer = role_id(await world.role(platform, "Viewer"))
    for number in range(2):
        new = f'firstName: "New", lastName: "Comer", email: "new{number}@example.org"'
        assert await refused(hers, f'addUser(input: {{{new}, roleId: "{viewer}"}})') == []
    assert await refused(hers, f'deleteUser(input: {{id: "{id}"}})') == ["OWN_ACCOUNT"]
    assert await refused(ask, f'disableUser(input: {{id: "{id}", reason: "Zenobia left."}})') == []
    written = repr(await everything())
    assert [trace for trace in TRACES if trace not in written] == []

    assert await refused(ask, f'deleteUser(input: {{id: "{id}"}})') == []
    left = repr({table: rows for table, rows in (await everything()).items() if table != "origin_failures"})
    assert [trace for trace in TRACES if trace in left] == []
    assert {event.actor_name for event in await AuditEvent.all()} == {"Grace Hopper", DELETED}
    facts = [mail.facts["inviter"] for mail in await Mail.filter(kind="invitation")]
    assert facts == ["", ""]


async def test_the_facts_stay_and_say_what_happened(world: World) -> None:
    admin = await world.admin()
    ada = await world.user(await admin.platform)
    ask, support = await world.client(admin), role_id(await world.role(await admin.platform, "Support"))
    for mutation in (
        f'editUser(input: {{id: "{user_id(ada)}", lastName: "Byron"}})',
        f'changeUserRole(input: {{id: "{user_id(ada)}", roleId: "{support}"}})',
        f'disableUser(input: {{id: "{user_id(ada)}", reason: "Ada left."}})',
        f'deleteUser(input: {{id: "{user_id(ada)}"}})',
    ):
        assert await refused(ask, mutation) == []
        world.clock.advance(minutes=1)
    found = [
        (event["type"], [(change["field"], change["before"], change["after"]) for change in event["changes"]])
        for event in await events(ask)
    ]
    assert found == [
        ("user.deleted", []),
        ("user.disabled", [("disabledAt", None, "2026-11-22T12:02:00Z")]),
        ("user.role_changed", [("role", "Viewer", "Support")]),
        ("user.edited", []),
    ]
    assert {(event["actorName"], event["targetId"], event["ipAddress"]) for event in await events(ask)} == {
        ("Grace Hopper", None, "127.0.0.1")
    }


async def test_what_a_deleted_person_did_to_others_stays_in_their_history(world: World) -> None:
    platform = await world.platform()
    grace, zoe, ada = (
        await world.admin(platform),
        await world.admin(platform, first_name="Zoe"),
        await world.user(platform),
    )
    hers = await world.client(zoe)
    assert await refused(hers, f'editUser(input: {{id: "{user_id(ada)}", lastName: "Byron"}})') == []
    ask = await world.client(grace)
    assert await refused(ask, f'deleteUser(input: {{id: "{user_id(zoe)}"}})') == []
    (event,) = await events(ask, filter={"targetId": user_id(ada)})
    assert (event["type"], event["actor"], event["actorName"]) == ("user.edited", None, "Deleted user")
    assert (event["ipAddress"], event["changes"]) == (
        None,
        [{"field": "lastName", "before": "Lovelace", "after": "Byron"}],
    )
    assert await types(ask, filter={"actorId": user_id(zoe)}) == []


async def test_a_mail_that_waits_says_no_more_who_sent_the_invitation(world: World) -> None:
    platform = await world.platform()
    grace, zoe = await world.admin(platform), await world.admin(platform, first_name="Zoe")
    ada = await world.user(platform, invited=True)
    assert await refused(await world.client(zoe), f'resendInvitation(input: {{id: "{user_id(ada)}"}})') == []
    assert (await Mail.get(user_id=ada.id)).facts["inviter"] == "Zoe Hopper"
    assert await refused(await world.client(grace), f'deleteUser(input: {{id: "{user_id(zoe)}"}})') == []
    mail = await Mail.get(user_id=ada.id)
    assert (mail.facts["inviter"], mail.state, mail.sealed_token is None) == ("", "QUEUED", False)
