"""The mutations of the users page, each asking for everything that its payload has."""

from typing import Any

from tests.world import Client

WHOLE = """
fragment Whole on User {
  id email firstName lastName fullName initials phoneNumber timezone platform { name } role { name } status lastLoginAt
  mfa { enabled methods enrolledAt recoveryCodesLeft } sso { enabled provider linkedAt }
  password { isSet changedAt expiresAt expired } lockout { lockedAt until failedAttempts }
  invitation { sentAt expiresAt expired timesSent invitedBy { fullName } delivery { state attempts lastError sentAt } }
  alerts { type } disabledAt disabledReason createdAt updatedAt version
}
"""
ERRORS = "errors { code message field retryAfter }"


def _of_one_user(name: str, input: str) -> str:
    return f"mutation ($input: {input}!) {{ {name}(input: $input) {{ user {{ ...Whole }} {ERRORS} }} }}" + WHOLE


ADD = _of_one_user("addUser", "AddUserInput")
EDIT = _of_one_user("editUser", "EditUserInput")
CHANGE_EMAIL = _of_one_user("changeUserEmail", "ChangeUserEmailInput")
CHANGE_ROLE = _of_one_user("changeUserRole", "ChangeUserRoleInput")
DISABLE = _of_one_user("disableUser", "DisableUserInput")
ENABLE = _of_one_user("enableUser", "UserInput")
UNLOCK = _of_one_user("unlockUser", "UserInput")
RESEND = _of_one_user("resendInvitation", "UserInput")
DELETE = f"mutation ($input: UserInput!) {{ deleteUser(input: $input) {{ deletedUserId {ERRORS} }} }}"

ACCEPT = f"""
mutation ($input: AcceptInvitationInput!) {{
  acceptInvitation(input: $input) {{ session {{ token expiresAt user {{ ...Whole }} }} {ERRORS} }}
}}
{WHOLE}
"""
SIGN_IN = f"""
mutation ($input: SignInInput!) {{
  signIn(input: $input) {{ session {{ token expiresAt user {{ ...Whole }} }} {ERRORS} }}
}}
{WHOLE}
"""


async def call(ask: Client, document: str, **input: Any) -> dict[str, Any]:
    """The payload of a mutation that met no top-level error."""
    answer = await ask(document, input=input)
    (payload,) = answer.data.values()
    return payload


def faults(payload: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Each error's code and the last step of its path, which must lead into the input."""
    found = []
    for error in payload["errors"]:
        assert error["message"].endswith(".")
        assert error["field"] is None or (error["field"][0] == "input" and len(error["field"]) == 2)
        found.append((error["code"], error["field"][1] if error["field"] else None))
    return found
