"""One user from invitation to deletion, over HTTP, with a real mail server, on both engines."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.running import PATIENCE, Remote, command, running
from tests.services.mail.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

ADMIN, ADMIN_PASSWORD = "root@example.org", "a long enough password for root"
ADA, ADA_PASSWORD = "ada@example.org", "countess of the analytical engine"

SIGN_IN = """
mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { session { token user { status } } errors { code } }
}
"""
ADD = """
mutation ($roleId: ID!) {
  addUser(input: {firstName: "Ada", lastName: "Lovelace", email: "ada@example.org", roleId: $roleId}) {
    user { id status version invitation { timesSent delivery { state } } }
    errors { code field }
  }
}
"""
USER = "query ($id: ID!) { user(id: $id) { status alerts { type } lockout { failedAttempts } lastLoginAt version } }"


def change(name: str, shape: str = "user { status alerts { type } }") -> str:
    return f"mutation ($id: ID!) {{ {name}(input: {{id: $id}}) {{ {shape} errors {{ code }} }} }}"


async def sign_in(client: Remote, email: str, password: str) -> dict:
    answer = (await client(SIGN_IN, email=email, password=password))["signIn"]
    client.token = answer["session"]["token"] if answer["session"] else ""
    return answer


async def link_in_next_mail(mails: ScriptedServer, to: str) -> str:
    async with asyncio.timeout(PATIENCE):
        await mails.arrived.wait()
    mails.arrived.clear()
    mail = mails.received[-1]
    assert mail.recipients == [to]
    [token] = re.findall(r"https://app\.example\.org/accept-invitation\?token=([\w-]{43})", mail.part("plain"))
    return str(token)


async def test_the_life_of_a_user(engine: str, databases: Databases, tmp_path: Path) -> None:
    url = await databases.fresh(engine, tmp_path)
    mails, log = ScriptedServer(), tmp_path / "server.log"
    await mails.start()
    names = ("--platform", "Acme", "--first-name", "Root", "--last-name", "Admin")
    await command("create-admin", *names, "--email", ADMIN, "--password", ADMIN_PASSWORD, database_url=url)
    settings = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "FRONTEND_URL": "https://app.example.org"}
    async with running(url, log, **settings) as address:
        admin, ada = Remote(address), Remote(address)
        assert (await sign_in(admin, ADMIN, ADMIN_PASSWORD))["session"]["user"]["status"] == "ACTIVE"
        secrets = [ADMIN_PASSWORD, ADA_PASSWORD, admin.token]

        roles = {role["name"]: role["id"] for role in (await admin("{ roles { id name } }"))["roles"]}
        added = (await admin(ADD, roleId=roles["Viewer"]))["addUser"]
        assert added["errors"] == []
        assert added["user"] | {"id": ""} == {
            "id": "",
            "status": "INVITED",
            "version": 1,
            "invitation": {"timesSent": 1, "delivery": {"state": "QUEUED"}},
        }
        target = {"id": added["user"]["id"]}
        first_link = await link_in_next_mail(mails, ADA)
        assert (await admin(change("resendInvitation"), **target))["resendInvitation"]["errors"] == []
        link = await link_in_next_mail(mails, ADA)
        secrets += [first_link, link]

        accept = """mutation ($token: String!, $password: String!) {
          acceptInvitation(input: {token: $token, password: $password}) {
            session { token user { status } } errors { code }
          }
        }"""
        refused = (await ada(accept, token=first_link, password=ADA_PASSWORD))["acceptInvitation"]
        assert refused == {"session": None, "errors": [{"code": "INVALID_TOKEN"}]}
        accepted = (await ada(accept, token=link, password=ADA_PASSWORD))["acceptInvitation"]
        assert accepted["session"]["user"] == {"status": "ACTIVE"}
        ada.token = accepted["session"]["token"]
        secrets.append(ada.token)
        assert (await ada("{ viewer { fullName } }"))["viewer"] == {"fullName": "Ada Lovelace"}

        other = Remote(address)
        for _ in range(5):
            assert (await sign_in(other, ADA, "a wrong password"))["errors"] == [{"code": "INVALID_CREDENTIALS"}]
        assert (await sign_in(other, ADA, ADA_PASSWORD))["errors"] == [{"code": "INVALID_CREDENTIALS"}]
        locked = (await admin(USER, **target))["user"]
        assert locked["alerts"] == [{"type": "SECURITY_LOCKED_OUT"}]
        assert locked["lockout"] == {"failedAttempts": 6}
        unlocked = (await admin(change("unlockUser"), **target))["unlockUser"]
        assert unlocked == {"user": {"status": "ACTIVE", "alerts": []}, "errors": []}
        assert (await sign_in(other, ADA, ADA_PASSWORD))["errors"] == []
        secrets.append(other.token)

        disabled = (await admin(change("disableUser"), **target))["disableUser"]
        assert disabled == {"user": {"status": "INACTIVE", "alerts": []}, "errors": []}
        assert (await ada("{ viewer { fullName } }"))["viewer"] is None
        assert (await sign_in(other, ADA, ADA_PASSWORD))["errors"] == [{"code": "INVALID_CREDENTIALS"}]
        enabled = (await admin(change("enableUser"), **target))["enableUser"]
        assert enabled["user"]["status"] == "ACTIVE"
        assert (await ada("{ viewer { fullName } }"))["viewer"] is None

        deleted = (await admin(change("deleteUser", "deletedUserId"), **target))["deleteUser"]
        assert deleted == {"deletedUserId": target["id"], "errors": []}
        assert (await admin(USER, **target))["user"] is None
        assert (await sign_in(other, ADA, ADA_PASSWORD))["errors"] == [{"code": "INVALID_CREDENTIALS"}]
    await mails.stop()
    printed = log.read_text()
    assert [secret for secret in secrets if secret in printed] == []
    assert '"event":"request"' in printed
