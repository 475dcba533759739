"""schemathesis against the printed schema: as an administrator, and as nobody."""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.demo.platforms import PASSWORD
from tests.attack.handing_on import SPARED
from tests.running import ROOT, Remote

SCHEMATHESIS = ROOT / ".venv/attack/bin/schemathesis"
EXAMPLES = int(os.environ.get("ROLLCALL_ATTACK_EXAMPLES", "60"))
"""Requests for each field of Query and Mutation."""

EMAIL = "admin@demo.example.org"
SIGN_IN = """mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { session { token } errors { code } } }"""
PEOPLE = """{
  users(first: 100) { edges { cursor node { id email } } }
  roles { id }
  viewer { id sessions { id current } }
  auditEvents(first: 20) { edges { cursor node { id } } }
}"""

BOUND = {
    "ids": ["Query.node.id", "Query.user.id", "Mutation.*.input.id"],
    "roles": ["Mutation.*.input.roleId"],
    "cursors": ["*.*.after", "*.*.before"],
    "pages": ["*.*.first", "*.*.last"],
    "emails": ["Mutation.*.input.email"],
    "passwords": ["Mutation.*.input.password", "Mutation.*.input.currentPassword", "Mutation.*.input.newPassword"],
    "names": ["Mutation.*.input.firstName", "Mutation.*.input.lastName", "Mutation.*.input.name", "Query.users.search"],
    "zones": ["Mutation.*.input.timezone"],
}
"""Arguments for which mostly something real is taken: what is refused at the door finds little."""

CONFIGURATION = "schemathesis.toml"
ENDS_THE_SESSION = "Mutation.signOut"


@dataclass(frozen=True)
class Fuzzed:
    """What came of a run; `failures` are sentences."""

    requests: int
    seconds: float
    failures: list[str]


async def prepared(address: str, folder: Path) -> str:
    """The token of a signed-in administrator, who has written schemathesis' configuration from what there is."""
    remote = Remote(address)
    answer = await remote(SIGN_IN, email=EMAIL, password=PASSWORD)
    remote.token = answer["signIn"]["session"]["token"]
    found = await remote(PEOPLE)
    (folder / CONFIGURATION).write_text(configuration(found))
    (folder / SPARED).write_text(found["viewer"]["id"])
    return remote.token


async def fuzz(address: str, folder: Path, token: str | None) -> Fuzzed:
    """Sends EXAMPLES documents for each field; the other phases of schemathesis know OpenAPI only, so hooks
    of ours hand on what answers have given (`tests.attack.handing_on`).

    Who has a token is tried with all its checks but one: that data which fit the schema are accepted, for the schema
    cannot say everything.
    """
    report = folder / "report.json"
    arguments = ["--config-file", folder / CONFIGURATION, "run", ROOT / "schema.graphql", "--url", f"{address}/graphql"]
    arguments += ["--phases", "fuzzing", "--mode", "all", "--max-examples", EXAMPLES, "--continue-on-failure"]
    arguments += ["--report", "json", "--report-json-path", report]
    if token is not None:
        arguments += ["--header", f"Authorization: Bearer {token}", "--exclude-name", ENDS_THE_SESSION]
        arguments += ["--exclude-checks", "positive_data_acceptance"]
    else:
        arguments += ["--checks", "no_bug_of_ours"]
    printed = await run(arguments, folder)
    if not report.exists():
        return Fuzzed(0, 0, ["schemathesis did not start:", *printed.splitlines()])
    return outcome(json.loads(report.read_text()), printed)


def configuration(found: dict[str, Any]) -> str:
    """Without the administrator and the session in use: what ends them would end the attempt."""
    people, events = found["users"]["edges"], found["auditEvents"]["edges"]
    sessions, roles = [each for each in found["viewer"]["sessions"] if not each["current"]], found["roles"]
    nodes = [*(edge["node"] for edge in people + events), *sessions, *roles]
    words: dict[str, list[Any]] = {
        "ids": [node["id"] for node in nodes if node["id"] != found["viewer"]["id"]],
        "roles": [role["id"] for role in roles],
        "cursors": [edge["cursor"] for edge in people + events],
        "pages": [1, 2, 25, 100],
        "emails": [*(edge["node"]["email"] for edge in people), *(f"new{n}@example.org" for n in range(100))],
        "passwords": [PASSWORD, "a wholly different set of words"],
        "names": ["Ada", "Ægir", "李小龍", "O'Neil", "a%b_c\\d", "🙂"],
        "zones": ["UTC", "Europe/Berlin"],
    }
    lines = [
        "[dictionaries]",
        *(f"{name} = {{ values = {json.dumps(values, ensure_ascii=False)} }}" for name, values in words.items()),
    ]
    lines += ["[parameters]"]
    lines += [f'"{key}" = {{ dictionary = "{name}", probability = 0.8 }}' for name in BOUND for key in BOUND[name]]
    return "\n".join(lines)


async def run(arguments: list[Any], folder: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        SCHEMATHESIS,
        *map(str, arguments),
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.attack.checks", "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return printed.decode()


def outcome(report: dict[str, Any], printed: str) -> Fuzzed:
    failures = [f"{each['title']} in {', '.join(each['operations'])}" for each in report["failures"]]
    failures += [f"schemathesis: {each}" for each in report["errors"]]
    if not report["complete"] or report["operations"]["tested"] != report["operations"]["selected"]:
        failures.append("schemathesis did not come to its end")
    if failures:
        print(printed)
    return Fuzzed(report["test_cases"]["generated"], report["running_time"], failures)
