"""The documents of signing in, and short ways to send them."""

from datetime import datetime, timedelta
from typing import Any

import pyotp

from models.mail import Mail, MailKind
from models.user import User
from services.passwords import Hasher
from tests.world import PASSWORD, Client, World

ERRORS = "errors { code message field retryAfter }"
SIGNED_IN = f"session {{ token expiresAt user {{ id status }} }} challenge {{ kind token expiresAt }} {ERRORS}"
SIGN_IN = f"""mutation ($email: String!, $password: String!) {{
  done: signIn(input: {{email: $email, password: $password}}) {{ {SIGNED_IN} }} }}"""
VERIFY = f"""mutation ($token: String!, $code: String!) {{
  done: verifyMfa(input: {{challengeToken: $token, code: $code}}) {{ {SIGNED_IN} }} }}"""
REPLACE = f"""mutation ($token: String!, $password: String!) {{
  done: replaceExpiredPassword(input: {{challengeToken: $token, newPassword: $password}}) {{ {SIGNED_IN} }} }}"""
ACCEPT = f"""mutation ($token: String!, $password: String!) {{
  done: acceptInvitation(input: {{token: $token, password: $password}}) {{ {SIGNED_IN} }} }}"""
REQUEST_RESET = f"""mutation ($email: String!) {{
  done: requestPasswordReset(input: {{email: $email}}) {{ {ERRORS} }} }}"""
RESET = f"""mutation ($token: String!, $password: String!) {{
  done: resetPassword(input: {{token: $token, newPassword: $password}}) {{ {ERRORS} }} }}"""
CHANGE = f"""mutation ($old: String!, $new: String!) {{
  done: changePassword(input: {{currentPassword: $old, newPassword: $new}}) {{ user {{ id version }} {ERRORS} }} }}"""
BEGIN = f"""mutation ($token: String) {{
  done: beginMfaEnrollment(input: {{challengeToken: $token}}) {{ secret otpauthUri {ERRORS} }} }}"""
CONFIRM = f"""mutation ($code: String!, $token: String) {{
  done: confirmMfaEnrollment(input: {{code: $code, challengeToken: $token}}) {{
    user {{ id mfa {{ enabled methods enrolledAt recoveryCodesLeft }} }} recoveryCodes
    session {{ token user {{ status }} }} {ERRORS} }} }}"""
DISABLE_MFA = f"""mutation ($password: String!) {{
  done: disableMfa(input: {{password: $password}}) {{ user {{ mfa {{ enabled }} }} {ERRORS} }} }}"""
REGENERATE = f"""mutation ($password: String!) {{
  done: regenerateRecoveryCodes(input: {{password: $password}}) {{ recoveryCodes {ERRORS} }} }}"""
SIGN_OUT = f"mutation {{ done: signOut {{ {ERRORS} }} }}"
REVOKE_SESSION = f"""mutation ($id: ID!) {{
  done: revokeSession(input: {{id: $id}}) {{ user {{ id }} {ERRORS} }} }}"""
VIEWER = "{ viewer { id } }"
SESSIONS = "{ viewer { sessions { id current createdAt lastSeenAt expiresAt } } }"

NEW_PASSWORD = "a wholly different set of words"


def on_user(mutation: str, more: str = "") -> str:
    """A mutation that takes nothing but a user's id, and perhaps constants."""
    return f"mutation ($id: ID!) {{ done: {mutation}(input: {{id: $id {more}}}) {{ user {{ id }} {ERRORS} }} }}"


async def do(ask: Client, document: str, **variables: Any) -> Any:
    """The payload of the one mutation, aliased `done`."""
    return (await ask(document, **variables)).data["done"]


async def sign_in(world: World, user: User, password: str = PASSWORD) -> Any:
    return await do(await world.client(), SIGN_IN, email=user.email, password=password)


async def sign_in_wrongly(world: World, user: User, times: int = 1) -> None:
    for _ in range(times):
        assert codes(await sign_in(world, user, "not the password at all")) == ["INVALID_CREDENTIALS"]


def codes(payload: Any) -> list[str]:
    return [error["code"] for error in payload["errors"]]


def said(payload: Any) -> str:
    [error] = payload["errors"]
    return str(error["message"])


async def alive(world: World, token: str) -> bool:
    answer = await Client(world.app, token)(VIEWER)
    return answer.data["viewer"] is not None


async def mails(user: User) -> list[str]:
    return [mail.kind for mail in await Mail.filter(user_id=user.id).order_by("created_at", "kind")]


async def mailed_token(world: World, user: User, kind: MailKind) -> str:
    """The token of the newest queued link."""
    mail = await Mail.filter(user_id=user.id, kind=kind.value, sealed_token__isnull=False).latest("created_at")
    return world.vault.open(mail.sealed_token or "")


async def requested_link(world: World, user: User) -> str:
    assert await do(await world.client(), REQUEST_RESET, email=user.email) == {"errors": []}
    return await mailed_token(world, user, MailKind.PASSWORD_RESET)


async def with_mfa(world: World, user: User) -> pyotp.TOTP:
    """Puts an authenticator on the account, as if it had been confirmed an hour ago."""
    secret = pyotp.random_base32(32)
    sealed = world.vault.seal(secret)
    await User.filter(id=user.id).update(totp_secret=sealed, totp_confirmed_at=world.clock.now, totp_last_step=0)
    return pyotp.TOTP(secret)


async def challenged(world: World, user: User, kind: str = "MFA_CODE") -> str:
    challenge = (await sign_in(world, user))["challenge"]
    assert challenge["kind"] == kind
    return str(challenge["token"])


def code_of(app: pyotp.TOTP, now: datetime, step: int = 0) -> str:
    """What the app shows now, or so many steps later."""
    return app.at(now + timedelta(seconds=30 * step))


def wrong_code(app: pyotp.TOTP, now: datetime) -> str:
    """Six digits that are not the code of any step nearby."""
    near = {code_of(app, now, step) for step in range(-2, 3)}
    return next(code for code in map("{:06}".format, range(10)) if code not in near)


class CountingHasher(Hasher):
    """Notes each stored hash that a password is really compared with, and the work done besides."""

    def __init__(self, **bounds: int) -> None:
        super().__init__(**bounds)
        self.checked: list[str] = []
        self.runs = 0

    def _matches(self, stored: str, password: str) -> bool:
        self.runs += 1
        if stored != self._decoy:
            self.checked.append(stored)
        return super()._matches(stored, password)


def counting(world: World, **bounds: int) -> CountingHasher:
    """Gives the world a hasher that counts; before its first request."""
    world.hasher = CountingHasher(**bounds)
    return world.hasher
