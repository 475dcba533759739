"""What some mutations promise besides what all of them do: the only place of a walk that names mutations."""

from collections.abc import Callable

from tests.attack.stateful.entering import enrolled, kept_out, let_in, of_a_live_secret, signed_in
from tests.attack.stateful.expecting import Faults, expect, one_session
from tests.attack.stateful.model import Model, Step, differ, without_nulls


def added(step: Step, model: Model) -> Faults:
    """Once for each key of an actor; the repeat gives the same user, and has done nothing."""
    user, first = step.payload["user"], _first_with_this_key(step, model)
    yield from expect("whether this is a repeat", user["id"] in model.people, first is not None)
    if first is not None:
        yield from expect("the input and the user of this key", (without_nulls(step.input), user["id"]), first)
        yield from expect("everybody", step.later.people, step.earlier.people)
        return
    yield from expect("status", user["status"], "INVITED")
    yield from expect("role", step.after and step.after["role"]["id"], step.input["roleId"])
    yield from expect("invitation", step.after and step.after["invitation"], {"expired": False, "timesSent": 1})


def not_added(step: Step, model: Model) -> Faults:
    """A repeat by who still may is not refused, as long as there is the user that it has added."""
    first = _first_with_this_key(step, model)
    if first is not None and first[0] == without_nulls(step.input) and first[1] in model.people:
        yield from expect("what became of a repeat", step.codes, ["FORBIDDEN"])
    if "IDEMPOTENCY_MISMATCH" in step.codes and (first is None or first[0] == without_nulls(step.input)):
        yield f"no other input has come with this key: {first}"


def _first_with_this_key(step: Step, model: Model) -> tuple[dict[str, object], str] | None:
    return model.keys.get((step.actor or "", step.input.get("idempotencyKey") or ""))


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


def own_password(step: Step, model: Model) -> Faults:
    person = model.people[step.actor or ""]
    given = step.input.get("currentPassword") or step.input.get("password")
    if person.password is not None:
        yield from expect("the password that was taken", given, person.password)
    if step.question.name == "changePassword":
        yield from one_session(step)
    if step.question.name == "disableMfa":
        yield from without_factor(step, model)
        if step.before and differ(step.before, step.after or {}, "mfa"):
            yield from one_session(step)


def reset(step: Step, model: Model) -> Faults:
    yield from signed_out_everywhere(step, model)
    yield from expect("lockout", step.after and step.after["lockout"], None)


def role_made(step: Step, model: Model) -> Faults:
    input, id = step.input, step.payload["role"]["id"]
    role = step.later.roles[id]
    yield from expect("other roles", step.later.roles | {id: None}, step.earlier.roles | {id: None})
    for name in ("name", "description"):
        given = input.get(name)
        if given and given.isascii() and given.isprintable():
            yield from expect(name, role[name], given.strip())
    if input.get("permissions") is not None:
        yield from expect("permissions", set(role["permissions"]), set(input["permissions"]))


def role_gone(step: Step, model: Model) -> Faults:
    id = step.payload["deletedRoleId"]
    yield from expect("deletedRoleId", id, step.input["id"])
    yield from expect("roles", step.later.roles, {i: role for i, role in step.earlier.roles.items() if i != id})


def policy_set(step: Step, model: Model) -> Faults:
    """What is given holds afterwards, all else as before."""
    yield from expect("policy", step.later.policy, step.earlier.policy | without_nulls(step.input))


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
    "confirmMfaEnrollment": enrolled,
    "disableMfa": own_password,
    "regenerateRecoveryCodes": own_password,
    "addRole": role_made,
    "editRole": role_made,
    "deleteRole": role_gone,
    "editSecurityPolicy": policy_set,
}

REFUSALS: dict[str, Callable[[Step, Model], Faults]] = {"addUser": not_added, "signIn": kept_out}
"""What is promised where they are refused."""

MAY_SET_UP = ("acceptInvitation", "confirmMfaEnrollment", "replaceExpiredPassword", "signIn", "verifyMfa")
"""Setting an account up is a change of its own, and the last step of a sign-in does it."""

MAY_CHANGE_STATUS = (*MAY_SET_UP, "disableUser", "enableUser", "deleteUser", "addUser")


WITHOUT_SESSION = ("signIn", "requestPasswordReset")
"""Besides those that take a link or a challenge."""

FORBIDS_ITSELF: dict[str, Callable[[Step], object]] = {
    "beginMfaEnrollment": lambda step: step.before and step.before["mfa"]["enabled"],
    "disableMfa": lambda step: step.earlier.policy["mfaRequired"],
}
"""When what needs no permission is forbidden all the same."""


def broken_promises(step: Step, model: Model) -> Faults:
    """Of this mutation, where it was done; the model is as it was before it."""
    name = step.question.name
    if bool(step.before) != bool(step.after) and step.subject and name not in ("addUser", "deleteUser"):
        yield f"the user was {'deleted' if step.before else 'added'}"
    if step.before and step.after and step.before["status"] != step.after["status"] and name not in MAY_CHANGE_STATUS:
        yield f"the status became {step.after['status']}"
    promises = (PROMISES if step.done else REFUSALS).get(name)
    yield from promises(step, model) if promises else ()
    if step.done and step.secret:
        yield from of_a_live_secret(step, model)
