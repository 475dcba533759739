"""A reader of the client guide: types its operations from top to bottom and fills in what it leaves open."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyotp

from models.mail import Mail, MailState
from models.role import Role
from models.user import User
from schema.ids import global_id
from tests.docs.documents import Run
from tests.world import Client, World

PLACE = re.compile(r"<(?P<what>id|version) of (?P<role>the role )?(?P<name>[^>]+)>")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NARRATOR = "Grace Hopper"


@dataclass
class Reader:
    """Signs in as the narrator; other people's sign-ins in the guide leave that as it is."""

    world: World
    ask: Client
    challenge: str = ""
    secret: str = SECRET
    end_cursor: str = ""

    async def run(self, run: Run) -> Any:
        """The answer's data. Asserts that no top-level errors came, and in payloads those that the guide names."""
        variables = await self.filled(run.variables)
        data = (await self.ask(run.document, **variables)).data
        codes = [error["code"] for payload in data.values() for error in _errors(payload)]
        assert codes == run.codes, data
        for payload in data.values():
            self._remember(payload)
        return data

    async def filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: await self.filled(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [await self.filled(inner) for inner in value]
        return await self._text(value) if isinstance(value, str) and value.startswith("<") else value

    async def _text(self, text: str) -> str | int:
        match text:
            case "<token of the challenge>":
                return self.challenge
            case "<code of the app>":
                return pyotp.TOTP(self.secret).at(self.world.clock.now)
            case "<token of the mail>":
                mail = await Mail.get(state=MailState.QUEUED.value, sealed_token__isnull=False)
                return self.world.vault.open(mail.sealed_token or "")
            case "<endCursor>":
                return self.end_cursor
        place = PLACE.fullmatch(text)
        assert place, f"nobody knows what {text} is"
        if place["role"]:
            return global_id("Role", (await Role.get(name=place["name"])).id)
        first, _, last = place["name"].partition(" ")
        user = await User.get(first_name=first, last_name=last)
        return user.version if place["what"] == "version" else global_id("User", user.id)

    def _remember(self, payload: Any) -> None:
        if not isinstance(payload, dict):
            return
        self.challenge = (payload.get("challenge") or {}).get("token") or self.challenge
        self.secret = payload.get("secret") or self.secret
        self.end_cursor = (payload.get("pageInfo") or {}).get("endCursor") or self.end_cursor
        session = payload.get("session")
        if session and session["user"]["fullName"] == NARRATOR:
            self.ask.token = session["token"]


def _errors(payload: Any) -> list[Any]:
    return payload.get("errors", []) if isinstance(payload, dict) else []


async def cast(world: World) -> None:
    """The people of the guide."""
    now = world.clock.now
    acme = await world.platform("Acme", mfa_required=True, password_max_age_days=90)
    sealed = world.vault.seal(SECRET)
    await world.admin(acme, email="grace@acme.example", totp_secret=sealed, totp_confirmed_at=now)
    await world.user(acme, "Anna", "Becker", email="anna@acme.example", last_login_at=now - timedelta(days=3))
    old = now - timedelta(days=100)
    await world.user(acme, "Ben", "Okafor", email="ben@acme.example", password_changed_at=old)
    await world.user(acme, "Lena", "Park", role="Support", locked_at=now, failed_sign_ins=5)
    await world.user(acme, "Omar", "Haddad", email="omar@acme.example", invited=True)
