"""Editing the platform's rules for accounts, within bounds that each say why."""

from typing import Any

import pytest

from models.platform import Platform
from services.security_policy import BOUNDS
from tests.schema.users.documents import call, faults
from tests.schema.users.witness import nothing_changes
from tests.world import World

pytestmark = pytest.mark.anyio

WHOLE = """
  lockoutThreshold lockoutMinutes passwordMinLength passwordMaxAgeDays mfaRequired invitationHours sessionIdleMinutes
  sessionHours dormantAfterDays
"""
EDIT = f"""
mutation ($input: EditSecurityPolicyInput!) {{
  editSecurityPolicy(input: $input) {{
    platform {{ securityPolicy {{ {WHOLE} }} }} errors {{ code message field retryAfter }}
  }}
}}
"""
DEFAULTS = {
    "lockoutThreshold": 5, "lockoutMinutes": 15, "passwordMinLength": 15, "passwordMaxAgeDays": 0, "mfaRequired": False,
    "invitationHours": 72, "sessionIdleMinutes": 60, "sessionHours": 24, "dormantAfterDays": 90,
}  # fmt: skip


async def test_every_rule_is_changed_by_itself_and_shown(world: World) -> None:
    ask = await world.client(await world.admin())
    rules = dict(DEFAULTS)
    for name, value in {
        "lockoutThreshold": 10, "lockoutMinutes": 0, "mfaRequired": True, "passwordMinLength": 8,
        "passwordMaxAgeDays": 90, "invitationHours": 24, "sessionIdleMinutes": 0, "sessionHours": 0,
        "dormantAfterDays": 30,
    }.items():  # fmt: skip
        rules[name] = value
        payload = await call(ask, EDIT, **{name: value})
        assert payload == {"platform": {"securityPolicy": rules}, "errors": []}
    assert (await ask(f"{{ platform {{ securityPolicy {{ {WHOLE} }} }} }}")).data["platform"]["securityPolicy"] == rules


async def test_what_is_absent_null_or_the_same_changes_nothing(world: World) -> None:
    ask = await world.client(await world.admin())
    async with nothing_changes():
        for input in ({}, dict.fromkeys(DEFAULTS), DEFAULTS):
            payload = await call(ask, EDIT, **input)
            assert payload == {"platform": {"securityPolicy": DEFAULTS}, "errors": []}


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("lockoutThreshold", (-1, 1, 2, 101), "Must be 3 to 100 failed sign-ins, or 0 to switch it off."),
        ("lockoutMinutes", (-1, 1441), "Must be 1 to 1440 minutes, or 0 to lock until an administrator unlocks."),
        ("passwordMinLength", (-1, 0, 7, 65), "Must be 8 to 64 characters."),
        ("passwordMaxAgeDays", (-1, 3651), "Must be 1 to 3650 days, or 0 to switch it off."),
        ("invitationHours", (-1, 0, 721), "Must be 1 to 720 hours."),
        ("sessionIdleMinutes", (-1, 1, 4, 43201), "Must be 5 to 43200 minutes, or 0 to switch it off."),
        ("sessionHours", (-1, 8761, 2**31 - 1), "Must be 1 to 8760 hours, or 0 to switch it off."),
        ("dormantAfterDays", (-1, 3651), "Must be 1 to 3650 days, or 0 to switch it off."),
    ],
)
async def test_every_bound_has_a_sentence(world: World, name: str, values: tuple[int, ...], sentence: str) -> None:
    ask = await world.client(await world.admin())
    async with nothing_changes():
        for value in values:
            payload = await call(ask, EDIT, **{name: value})
            assert (faults(payload), payload["errors"][0]["message"]) == ([("INVALID", name)], sentence)


async def test_both_ends_of_every_bound_are_allowed(world: World) -> None:
    ask = await world.client(await world.admin())
    assert (await call(ask, EDIT, mfaRequired=True))["errors"] == []
    for name, bounds in BOUNDS.items():
        first, *rest = name.split("_")
        field = first + "".join(map(str.capitalize, rest))
        for value in (bounds.lowest, bounds.highest, *([0] if bounds.zero is not None else [])):
            assert (await call(ask, EDIT, **{field: value}))["errors"] == []
            assert getattr(await Platform.get(), name) == value


@pytest.mark.parametrize(
    ("before", "input", "expected"),
    [
        ({}, {"passwordMinLength": 14}, [("INVALID", "passwordMinLength")]),
        ({}, {"passwordMinLength": 8, "mfaRequired": True}, []),
        ({"mfa_required": True, "password_min_length": 8}, {"mfaRequired": False}, [("INVALID", "passwordMinLength")]),
        ({"mfa_required": True, "password_min_length": 8}, {"mfaRequired": False, "passwordMinLength": 15}, []),
        ({"mfa_required": False, "password_min_length": 8}, {"sessionHours": 12}, []),
    ],
)
async def test_short_passwords_need_mfa_for_everybody(
    world: World, before: dict[str, Any], input: dict[str, Any], expected: list[Any]
) -> None:
    ask = await world.client(await world.admin(await world.platform(**before)))
    assert faults(await call(ask, EDIT, **input)) == expected


async def test_all_faults_come_at_once_and_nothing_is_changed(world: World) -> None:
    ask = await world.client(await world.admin())
    async with nothing_changes():
        payload = await call(ask, EDIT, lockoutThreshold=1, sessionHours=-1, dormantAfterDays=30)
    assert faults(payload) == [("INVALID", "lockoutThreshold"), ("INVALID", "sessionHours")]
    assert payload["platform"] is None


async def test_without_the_permission_nothing_is_changed(world: World) -> None:
    ask = await world.client(await world.user(await world.platform(), role="Support"))
    async with nothing_changes("policy.edited.refused"):
        assert faults(await call(ask, EDIT, sessionHours=1)) == [("FORBIDDEN", None)]
