"""Who may do what, by `docs/permissions.md`: judged by the words of the schema and by what the roles held."""

import re
from collections.abc import Iterator

from tests.attack.stateful.model import Step
from tests.attack.stateful.promises import FORBIDS_ITSELF, WITHOUT_SESSION
from tests.docs.permissions import need

Faults = Iterator[str]
RIGHTS = {"FORBIDDEN", "OWN_ACCOUNT", "TARGET_OUTRANKS_VIEWER", "LAST_ADMINISTRATOR", "NOT_INVITED", "NOT_ACTIVE"}
"""Codes by which `viewerActions` says that something is not allowed."""

OWN = re.compile(r"except on oneself|an own one")
"""Words that excuse from a permission on the own account."""


def broken_rights(step: Step) -> Faults:
    """By this step."""
    if step.actor is None:
        if step.question.name not in WITHOUT_SESSION and not step.secret:
            yield f"nobody was answered: {step.codes or 'done'}"
        return
    mine = step.earlier.permissions_of(step.actor)
    yield from _by_permission(step, mine)
    yield from _by_rank(step, mine)
    yield from _by_roles(step, mine)
    yield from _as_announced(step)


def _by_permission(step: Step, mine: frozenset[str]) -> Faults:
    """Who lacks what the schema says it needs is told so, and nobody else is."""
    needed, oneself = need(step.question.description), step.subject == step.actor
    if needed is None:
        if "FORBIDDEN" in step.codes and not FORBIDS_ITSELF.get(step.question.name, lambda _: False)(step):
            yield "forbidden, although it needs no permission"
        return
    excused = oneself and OWN.search(step.question.description)
    if needed in mine or excused:
        if "FORBIDDEN" in step.codes:
            yield f"forbidden to who holds {sorted(mine)}"
    elif step.done or (step.codes != ["FORBIDDEN"] and _there(step)):
        yield f"{step.codes or 'done'} for who lacks {needed}"


def _there(step: Step) -> bool:
    """Whether there is what the input's `id` names; otherwise NOT_FOUND may come first."""
    named = step.input.get("id")
    if named is None:
        return True
    if step.question.action is not None:
        return named in step.earlier.people
    if step.question.name != "revokeSession":
        return named in step.earlier.roles
    return step.before is not None and {"id": named} in step.before["sessions"]


def _by_rank(step: Step, mine: frozenset[str]) -> Faults:
    """Nobody manages who holds more than they do."""
    others = step.before is not None and step.subject in step.earlier.people and step.subject != step.actor
    manages = step.question.action is not None or step.question.name == "revokeSession"
    if step.done and manages and others and not step.earlier.permissions_of(step.subject or "") <= mine:
        yield f"{step.before} holds more than {sorted(mine)}"


def _by_roles(step: Step, mine: frozenset[str]) -> Faults:
    """Nobody grants, edits or deletes what they do not hold; built-in roles stay as they are."""
    roles, input = step.earlier.roles, step.input
    about = [roles[id] for name in ("id", "roleId") if isinstance(id := input.get(name), str) and id in roles]
    held = {*(input.get("permissions") or ())}.union(*[role["permissions"] for role in about])
    if step.done and not held <= mine:
        yield f"{sorted(held - mine)} was granted by who does not hold it"
    if "ROLE_NOT_ASSIGNABLE" in step.codes and held <= mine:
        yield f"{sorted(held)} could not be granted by who holds {sorted(mine)}"
    if step.done and input.get("id") in roles and roles[input["id"]]["builtIn"]:
        yield "a built-in role was changed"


def _as_announced(step: Step) -> Faults:
    """`viewerActions` has said whether it is allowed; whoever is not there is NOT_FOUND."""
    action = step.question.action
    if action is None:
        return
    if step.actions is None:
        if not _there(step) and step.codes != ["NOT_FOUND"]:
            yield f"{step.codes or 'done'} for nobody"
        return
    [said] = [each for each in step.actions if each["action"] == action]
    if said["allowed"] != (said["code"] is None):
        yield f"said of {action}: {said}"
    if not said["allowed"] and step.codes != [said["code"]]:
        yield f"{action} was announced as {said['code']}, and came out as {step.codes or 'done'}"
    if said["allowed"] and RIGHTS & set(step.codes):
        yield f"{action} was announced as allowed, and came out as {step.codes}"
