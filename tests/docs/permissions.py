"""`docs/permissions.md`, written anew from the code: `python -m tests.docs.permissions > docs/permissions.md`."""

import re

from graphql import build_schema

from models.role import ADMINISTERS, Permission
from schema.root import schema
from services.platforms import BUILT_IN_ROLES
from services.policy import RULES, Rule, UserAction

NEEDS = re.compile(r"\b(?:Needs|with) ([A-Z_]+_[A-Z]+)")
ON_ONESELF = {None: "as on others", True: "always", False: "never"}
HEAD = """# Who may do what

Written from the code by `python -m tests.docs.permissions`; a test compares it. The rules live in
[services/policy.py](../services/policy.py), which `viewerActions` and every mutation ask.

For each action the first rule that refuses decides:

1. On the own account, *always* and *never* are what they say (`OWN_ACCOUNT`); *never* is said to who holds the
   permission, everybody else hears rule 2.
2. The actor's role must hold the permission (`FORBIDDEN`).
3. The target's role must hold no permission that the actor's does not (`TARGET_OUTRANKS_VIEWER`).
4. Where an administrator must remain, the target must not be the last one (`LAST_ADMINISTRATOR`).
5. Some actions are for one status only (`NOT_INVITED`, `NOT_ACTIVE`).

An action is *applicable* where the state of the user gives it something to do, whoever may take it. An allowed action
that is not applicable succeeds and changes nothing about that state.

A role can be given, edited and deleted only by who holds all of its permissions (`ROLE_NOT_ASSIGNABLE`), and nobody
puts a permission into a role that they do not hold.
"""


def document() -> str:
    return "\n".join([HEAD, *actions(), "", *mutations(), "", *built_in_roles(), "", *administrators()]) + "\n"


def actions() -> list[str]:
    rows = [_action(action, RULES[action]) for action in UserAction]
    return [
        "## Actions on a user",
        "",
        *table("Action", "Needs", "On oneself", "Only while", "Keeps one", "Applicable to", rows=rows),
    ]


def mutations() -> list[str]:
    """Those whose own description names a permission."""
    fields = build_schema(schema.as_str()).mutation_type
    assert fields
    rows = [
        [f"`{name}`", f"`{needed}`"] for name, field in fields.fields.items() if (needed := need(field.description))
    ]
    return ["## Mutations", "", *table("Mutation", "Needs", rows=rows)]


def need(description: str | None) -> str | None:
    """The permission that a description asks for."""
    found = NEEDS.search(description or "")
    return found[1] if found and found[1] in set(Permission) else None


def built_in_roles() -> list[str]:
    rows = [
        [f"`{permission}`", *["yes" if permission in granted else "" for _, _, granted in BUILT_IN_ROLES]]
        for permission in Permission
    ]
    return [
        "## Roles shipped with the product",
        "",
        *table("Permission", *[n for n, _, _ in BUILT_IN_ROLES], rows=rows),
    ]


def administrators() -> list[str]:
    held = ", ".join(f"`{permission}`" for permission in Permission if permission in ADMINISTERS)
    return [
        "## The last administrator",
        "",
        f"An administrator is an active user whose role holds {held}.",
        "",
        "A platform always keeps one: two who demote, disable or delete each other queue up at the platform's row, and",
        "the second is refused; a custom role cannot lose these permissions where nobody else holds them. A locked",
        "administrator counts, because locks end. Where the policy never ends them, or the last one cannot sign in any",
        "more, whoever runs the server gets the platform back with `rollcall unlock --email` or",
        "`rollcall create-admin`.",
    ]


def table(*head: str, rows: list[list[str]]) -> list[str]:
    return [_line(list(head)), _line(["---"] * len(head)), *[_line(row) for row in rows]]


def _action(action: UserAction, rule: Rule) -> list[str]:
    only = f"`{rule.only_for}`" if rule.only_for else ""
    keeps = "yes" if rule.keeps_administrator else ""
    users = rule.has_work_for.words if rule.has_work_for else only or "everybody"
    return [f"`{action}`", f"`{rule.permission}`", ON_ONESELF[rule.on_oneself], only, keeps, users]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(document(), end="")
