"""From the invitation to a lost authenticator and back, over HTTP, with pyotp as the authenticator; no secret stays."""

import json
import logging

import pyotp
import pytest
import structlog
from tortoise import connections

import models.tables
from models.mail import MailKind
from models.user import User
from server.logs import set_up_logs
from tests.conftest import StandingClock
from tests.schema.account.documents import (
    ACCEPT,
    BEGIN,
    CHANGE,
    CONFIRM,
    REGENERATE,
    RESET,
    SIGN_IN,
    VERIFY,
    codes,
    do,
    mailed_token,
    on_user,
    requested_link,
    wrong_code,
)
from tests.world import Client, World, user_id

pytestmark = pytest.mark.anyio
ADD = """mutation ($roleId: ID!) { addUser(input: {firstName: "Ada", lastName: "Lovelace", roleId: $roleId,
  email: "ada@example.org"}) { user { id } errors { code } } }"""
FIRST, SECOND, THIRD = "the first of my own phrases", "the second of my own phrases", "the third of my own phrases"
INLINE = "a password written into the document"


class Life:
    """One person's way through every step; `secrets` gathers what must be nowhere, `answers` what was said."""

    def __init__(self, world: World, clock: StandingClock) -> None:
        self.world, self.clock = world, clock
        self.secrets: set[str] = {FIRST, SECOND, THIRD, INLINE}

    async def is_invited(self) -> None:
        platform = await self.world.platform(mfa_required=True)
        self.admin = await self.world.client(await self.world.admin(platform))
        role = (await self.admin("{ roles { id } }")).data["roles"][0]["id"]
        assert (await self.admin(ADD, roleId=role)).data["addUser"]["errors"] == []
        self.ada = await User.get(email="ada@example.org")
        self.link = await mailed_token(self.world, self.ada, MailKind.INVITATION)

    async def accepts_and_enrolls(self) -> None:
        ask = await self.world.client()
        accepted = await do(ask, ACCEPT, token=self.link, password=FIRST)
        challenge = accepted["challenge"]["token"]
        enrollment = await do(ask, BEGIN, token=challenge)
        self.app = pyotp.parse_uri(enrollment["otpauthUri"])
        assert isinstance(self.app, pyotp.TOTP)
        done = await do(ask, CONFIRM, token=challenge, code=self.app.at(self.clock.now))
        self.codes = done["recoveryCodes"]
        self.me = Client(self.world.app, done["session"]["token"])
        self.secrets |= {self.link, challenge, enrollment["secret"], done["session"]["token"], *self.codes}

    async def signs_in(self, password: str, code: str | None = None) -> None:
        ask = await self.world.client()
        self.clock.advance(minutes=1)
        challenge = (await do(ask, SIGN_IN, email=self.ada.email, password=password))["challenge"]["token"]
        wrong = await do(ask, VERIFY, token=challenge, code=wrong_code(self.app, self.clock.now))
        assert codes(wrong) == ["INVALID_CODE"]
        done = await do(ask, VERIFY, token=challenge, code=code or self.app.at(self.clock.now))
        self.me = Client(self.world.app, done["session"]["token"])
        self.secrets |= {challenge, done["session"]["token"]}

    async def forgets_the_password(self) -> None:
        link = await requested_link(self.world, self.ada)
        assert codes(await do(await self.world.client(), RESET, token=link, password=SECOND)) == []
        self.secrets.add(link)

    async def loses_the_app(self) -> None:
        assert codes(await do(self.admin, on_user("resetUserMfa"), id=user_id(self.ada))) == []
        ask = await self.world.client()
        challenge = (await do(ask, SIGN_IN, email=self.ada.email, password=THIRD))["challenge"]
        assert challenge["kind"] == "MFA_ENROLLMENT"
        enrollment = await do(ask, BEGIN, token=challenge["token"])
        self.secrets |= {challenge["token"], enrollment["secret"]}

    async def is_lived(self) -> None:
        await self.is_invited()
        await self.accepts_and_enrolls()
        await self.signs_in(FIRST)
        await self.forgets_the_password()
        await self.signs_in(SECOND, code=self.codes[0])
        assert codes(await do(self.me, CHANGE, old=SECOND, new=THIRD)) == []
        self.secrets |= set((await do(self.me, REGENERATE, password=THIRD))["recoveryCodes"])
        await self.signs_in(THIRD)
        await self.loses_the_app()


async def everything_stored() -> str:
    database, rows = connections.get("default"), []
    for name in models.tables.__all__:
        table = getattr(models.tables, name)._meta.db_table
        rows += await database.execute_query_dict(f'SELECT * FROM "{table}"')
    return "\n".join(repr(tuple(row.values())) for row in rows)


async def mistakes(world: World, email: str) -> None:
    """A document that does not parse, one that does not validate, and a bug, with a password in each."""
    ask = await world.client()
    inline = f'mutation {{ signIn(input: {{email: "{email}", password: "{INLINE}"}}) {{ %s }} }}'
    await ask(inline % "nope")
    await ask(inline % "errors { code ")
    await ask.post({"query": inline % "errors { code }", "operationName": "other"})
    world.hasher.verify = None  # type: ignore[assignment, method-assign]
    answer = await ask(inline % "errors { code }")
    assert answer.codes == ["INTERNAL"]


async def test_the_whole_life_of_an_account_leaves_no_secret_in_database_or_logs(
    world: World, clock: StandingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    handlers, level = logging.root.handlers, logging.root.level
    set_up_logs("json")
    try:
        life = Life(world, clock)
        await life.is_lived()
        await mistakes(world, life.ada.email)
    finally:
        structlog.reset_defaults()
        logging.root.handlers = handlers
        logging.root.setLevel(level)
    said = capsys.readouterr()
    stored = await everything_stored()
    assert len(life.secrets) >= 30
    assert "ada@example.org" in stored
    assert "graphql.bug" in said.err
    spelled = {form for secret in life.secrets for form in (secret, secret.replace("-", ""), json.dumps(secret)[1:-1])}
    assert [secret for secret in spelled if secret in stored or secret in said.err + said.out] == []


async def test_no_answer_repeats_a_secret_and_each_is_shown_once(world: World, clock: StandingClock) -> None:
    life = Life(world, clock)
    await life.is_lived()
    asked = "email lastLoginAt mfa { enabled methods recoveryCodesLeft } password { isSet } sessions { id }"
    answers = []
    for ask in (life.me, life.admin):
        for document in (
            f"{{ viewer {{ {asked} }} }}",
            "{ users { nodes { email history { nodes { type changes { field before after } } } } } }",
            "{ auditEvents(first: 100) { nodes { type changes { field before after } actorName ipAddress } } }",
        ):
            answers.append((await ask.post({"query": document})).text)
    assert "user.mfa_reset" in "".join(answers)
    assert [secret for secret in life.secrets if secret in "".join(answers)] == []
