"""What some mutations promise besides what all of them do: the only place of a walk that names mutations."""

from collections.abc import Callable, Iterator

from tests.attack.stateful.model import Model, Step

Faults = Iterator[str]


def expect(what: str, found: object, expected: object) -> Faults:
    if found != expected:
        yield f"{what}: {found!r} instead of {expected!r}"


def added(step: Step, model: Model) -> Faults:
    user, again = step.payload["user"], step.payload["user"]["id"] in model.people
    if again:
        yield from expect("a repeat that has no key", bool(step.input.get("idempotencyKey")), True)
        return
    yield from expect("status", user["status"], "INVITED")
    yield from expect("role", step.after and step.after["role"]["id"], step.input["roleId"])
    yield from expect("invitation", step.after and step.after["invitation"], {"expired": False, "timesSent": 1})


def edited(step: Step, model: Model) -> Faults:
    """Names are trimmed and lose what cannot be seen: only plain ones are compared."""
    for name in ("firstName", "lastName"):
        given = step.input.get(name)
        if given and given.isascii() and given.isprintable():
            yield from expect(name, step.after and step.after[name], given.strip())
    if "phoneNumber" in step.input and step.input["phoneNumber"] is None:
        yield from expect("phoneNumber", step.after and step.after["phoneNumber"], None)


def readdressed(step: Step, model: Model) -> Faults:
    assert step.before and step.after
    yield from expect("email", step.after["email"].casefold(), step.input["email"].strip().casefold())
    if step.before["email"] != step.after["email"] and step.after["status"] == "INVITED":
        yield from expect("invitation", step.after["invitation"]["expired"], False)
        yield from expect("password", step.after["password"]["isSet"], False)


def given_a_role(step: Step, model: Model) -> Faults:
    yield from expect("role", step.after and step.after["role"]["id"], step.input["roleId"])


def disabled(step: Step, model: Model) -> Faults:
    assert step.after
    yield from expect("status", step.after["status"], "INACTIVE")
    yield from expect("disabledAt", step.after["disabledAt"] is not None, True)
    yield from expect("sessions", step.after["sessions"], [])
    yield from expect("a live invitation", (step.after["invitation"] or {"expired": True})["expired"], True)


def enabled(step: Step, model: Model) -> Faults:
    assert step.after and step.subject
    wanted = "ACTIVE" if model.people[step.subject].set_up else "INVITED"
    yield from expect("status", step.after["status"], wanted)
    yield from expect("disabledAt", step.after["disabledAt"], None)
    if step.before and step.before["status"] == "INACTIVE":
        yield from expect("sessions", step.after["sessions"], [])


def unlocked(step: Step, model: Model) -> Faults:
    yield from expect("lockout", step.after and step.after["lockout"], None)


def invited_again(step: Step, model: Model) -> Faults:
    assert step.before and step.after
    sent = (step.before["invitation"] or {"timesSent": 0})["timesSent"]
    yield from expect("invitation", step.after["invitation"], {"expired": False, "timesSent": sent + 1})


def deleted(step: Step, model: Model) -> Faults:
    yield from expect("deletedUserId", step.payload["deletedUserId"], step.input["id"])
    yield from expect("the user afterwards", step.after, None)


def without_factor(step: Step, model: Model) -> Faults:
    yield from expect("mfa", step.after and step.after["mfa"], {"enabled": False})
    if step.question.name == "resetUserMfa":
        yield from expect("sessions", step.after and step.after["sessions"], [])


def signed_out_everywhere(step: Step, model: Model) -> Faults:
    yield from expect("sessions", step.after and step.after["sessions"], [])


def with_factor(step: Step, model: Model) -> Faults:
    yield from expect("codes", len(step.payload["recoveryCodes"]), 10)
    yield from expect("mfa", step.after and step.after["mfa"], {"enabled": True})
    yield from expect("codes left", step.after and step.after["codes"], {"recoveryCodesLeft": 10})


def own_password(step: Step, model: Model) -> Faults:
    person = model.people[step.actor or ""]
    given = step.input.get("currentPassword") or step.input.get("password")
    if person.password is not None:
        yield from expect("the password that was taken", given, person.password)
    if step.question.name == "changePassword":
        yield from expect("sessions", step.after and len(step.after["sessions"]), 1)


def let_in(step: Step, model: Model) -> Faults:
    """A session of the right one, or a challenge; by what serves once, and to nobody who is barred."""
    session, challenge = step.payload["session"], step.payload["challenge"]
    yield from expect("a session and a challenge", (session is None) != (challenge is None), True)
    if session is not None:
        yield from expect("whose session", session["user"]["id"], step.subject)
        yield from expect("status", step.after and step.after["status"], "ACTIVE")
    if step.subject is None or step.before is None:
        yield "somebody was let in whom nobody knows"
    elif step.before["status"] == "INACTIVE":
        yield "a disabled user was let in"
    yield from served_once(step, model)


def signed_in(step: Step, model: Model) -> Faults:
    yield from let_in(step, model)
    if step.subject in model.people:
        yield from expect("the password that was taken", step.input["password"], model.people[step.subject].password)


def kept_out(step: Step, model: Model) -> Faults:
    """Who is active, not locked and right is not; where the policy has become stricter since, the attempt may lock."""
    if step.before is None or step.after is None or step.subject is None:
        return
    right = step.input["password"] == model.people[step.subject].password
    locked = step.before["lockout"] or step.after["lockout"]
    if right and step.before["status"] == "ACTIVE" and not locked and step.codes != ["RATE_LIMITED"]:
        yield f"who is right was kept out: {step.codes}"


def served_once(step: Step, model: Model) -> Faults:
    if step.secret in model.used:
        yield "a link or a challenge served twice"


def reset(step: Step, model: Model) -> Faults:
    yield from served_once(step, model)
    yield from signed_out_everywhere(step, model)
    yield from expect("lockout", step.after and step.after["lockout"], None)


def role_made(step: Step, model: Model) -> Faults:
    role, input = step.payload["role"], step.input
    for name in ("name", "description"):
        given = input.get(name)
        if given and given.isascii() and given.isprintable():
            yield from expect(name, role[name], given.strip())
    if input.get("permissions") is not None:
        yield from expect("permissions", set(role["permissions"]), set(input["permissions"]))


def role_gone(step: Step, model: Model) -> Faults:
    yield from expect("deletedRoleId", step.payload["deletedRoleId"], step.input["id"])


def policy_set(step: Step, model: Model) -> Faults:
    policy = step.payload["platform"].get("securityPolicy") or {}
    for name, value in step.input.items():
        if value is not None and policy:
            yield from expect(name, policy[name], value)


PROMISES: dict[str, Callable[[Step, Model], Faults]] = {
    "addUser": added,
    "editUser": edited,
    "changeUserEmail": readdressed,
    "changeUserRole": given_a_role,
    "disableUser": disabled,
    "enableUser": enabled,
    "unlockUser": unlocked,
    "resendInvitation": invited_again,
    "deleteUser": deleted,
    "resetUserMfa": without_factor,
    "revokeUserSessions": signed_out_everywhere,
    "signIn": signed_in,
    "verifyMfa": let_in,
    "replaceExpiredPassword": let_in,
    "acceptInvitation": let_in,
    "resetPassword": reset,
    "changePassword": own_password,
    "confirmMfaEnrollment": with_factor,
    "disableMfa": without_factor,
    "regenerateRecoveryCodes": own_password,
    "addRole": role_made,
    "editRole": role_made,
    "deleteRole": role_gone,
    "editSecurityPolicy": policy_set,
}

MAY_SET_UP = ("acceptInvitation", "confirmMfaEnrollment", "replaceExpiredPassword", "signIn", "verifyMfa")
"""Setting an account up is a change of its own, and the last step of a sign-in does it."""

MAY_CHANGE_STATUS = (*MAY_SET_UP, "disableUser", "enableUser", "deleteUser", "addUser")


def broken_promises(step: Step, model: Model) -> Faults:
    """Of this mutation, where it was done; the model is as it was before it."""
    name = step.question.name
    if bool(step.before) != bool(step.after) and step.subject and name not in ("addUser", "deleteUser"):
        yield f"the user was {'deleted' if step.before else 'added'}"
    if step.before and step.after and step.before["status"] != step.after["status"] and name not in MAY_CHANGE_STATUS:
        yield f"the status became {step.after['status']}"
    if step.done and name in PROMISES:
        yield from PROMISES[name](step, model)
    if not step.done and name == "signIn":
        yield from kept_out(step, model)
