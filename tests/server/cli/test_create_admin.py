"""`rollcall create-admin`."""

import os
import pty
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from models.audit_event import AuditEvent
from models.platform import Platform
from models.status import UserStatus, status_of
from models.user import User
from services.passwords import Hasher
from services.visibility import signing_in_as
from tests.running import ROLLCALL, ROOT, environment
from tests.server.cli.conftest import Run

PASSWORD = "green tractors at dawn"
ADA = ("--platform", "Acme", "--first-name", "Ada", "--last-name", "Lovelace", "--email", "ada@Example.org")
GRACE = ("--platform", "Acme", "--first-name", "Grace", "--last-name", "Hopper", "--email", "grace@example.org")


async def everybody() -> list[User]:
    return await User.all().order_by("first_name").select_related("platform", "role")


def test_platform_and_administrator_are_made(run: Run, in_database: Callable[..., Any]) -> None:
    result = run("create-admin", *ADA, "--password", PASSWORD)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "ada@example.org can sign in as an administrator of Acme.\n"
    [ada] = in_database(everybody)
    assert (ada.full_name, ada.email, ada.role.name, ada.platform.name) == (
        "Ada Lovelace",
        "ada@example.org",
        "Platform",
        "Acme",
    )
    assert status_of(ada) is UserStatus.ACTIVE

    async def verify() -> tuple[bool, bool]:
        hasher = Hasher()
        answers = await hasher.verify(ada.password_hash, PASSWORD), await hasher.verify(ada.password_hash, "else")
        hasher.close()
        return answers

    assert in_database(verify) == (True, False)
    assert [event.type for event in in_database(AuditEvent.all)] == ["user.added"]


def test_what_is_not_given_is_asked_and_the_password_twice(run: Run, in_database: Callable[..., Any]) -> None:
    typed = f"Acme\nAda\nLovelace\nada@example.org\n{PASSWORD}\n{PASSWORD}\n"
    result = run("create-admin", input=typed)
    assert result.exit_code == 0
    assert PASSWORD not in result.stdout
    assert [user.email for user in in_database(everybody)] == ["ada@example.org"]


def test_a_second_administrator_joins_the_same_platform(run: Run, in_database: Callable[..., Any]) -> None:
    run("create-admin", *ADA, "--password", PASSWORD)
    assert run("create-admin", *GRACE, "--password", PASSWORD).exit_code == 0
    ada, grace = in_database(everybody)
    assert ada.platform_id == grace.platform_id


def test_an_address_in_use_is_refused_whatever_its_case(run: Run, in_database: Callable[..., Any]) -> None:
    run("create-admin", *ADA, "--password", PASSWORD)
    again = ("--platform", "Acme", "--first-name", "A", "--last-name", "L", "--email", "ADA@example.org")
    result = run("create-admin", *again, "--password", PASSWORD)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "--email: Another account signs in with this address.\n"
    assert [platform.name for platform in in_database(Platform.all)] == ["Acme"]


WRONG = ("--first-name", " ", "--last-name", "Love\nlace", "--email", "nobody", "--password", "fourteen chars")
FAULTS = (
    "--first-name: A name may not be blank.\n"
    "--last-name: A name may not contain line breaks or control characters.\n"
    "--email: An e-mail address needs an @, such as anna@example.org.\n"
    "--password: A password needs at least 15 characters.\n"
)


def test_all_faults_are_named_at_once_by_option(run: Run, in_database: Callable[..., Any]) -> None:
    result = run("create-admin", "--platform", "\u2800", *WRONG)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "--platform: A name may not be blank.\n" + FAULTS
    assert in_database(Platform.all) == []


def test_what_is_refused_says_nothing_of_a_second_platform(run: Run, in_database: Callable[..., Any]) -> None:
    run("create-admin", *ADA, "--password", PASSWORD)
    result = run("create-admin", "--platform", "Acm", *WRONG)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", FAULTS)
    again = ("--platform", "Acm", "--first-name", "A", "--last-name", "L", "--email", "ada@example.org\u00a0")
    result = run("create-admin", *again, "--password", "fourteen chars")
    taken = "--email: Another account signs in with this address.\n"
    assert result.stderr == taken + "--password: A password needs at least 15 characters.\n"
    assert [platform.name for platform in in_database(Platform.all)] == ["Acme"]


def test_what_is_pasted_is_cleaned(run: Run, in_database: Callable[..., Any]) -> None:
    run("create-admin", *ADA, "--password", PASSWORD)
    pasted = ("--platform", "\u200fAcme\u00a0", "--first-name", " Grace\u200b", "--last-name", "Hop\u00adper")
    result = run("create-admin", *pasted, "--email", "grace@example.org\u00a0", "--password", PASSWORD)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "grace@example.org can sign in as an administrator of Acme.\n"
    ada, grace = in_database(everybody)
    assert (grace.full_name, grace.platform_id) == ("Grace Hopper", ada.platform_id)


def test_an_address_in_a_reserved_domain_needs_the_setting(run: Run, in_database: Callable[..., Any]) -> None:
    local = ("--platform", "Acme", "--first-name", "Ada", "--last-name", "L", "--email", "ada@corp.local")
    refused = run("create-admin", *local, "--password", PASSWORD)
    assert (refused.exit_code, in_database(Platform.all)) == (1, [])
    assert refused.stderr.startswith("--email: Domains under .local are reserved")
    assert run("create-admin", *local, "--password", PASSWORD, allowed_special_domains="test,local").exit_code == 0
    assert [user.email for user in in_database(everybody)] == ["ada@corp.local"]


def test_a_short_password_is_refused(run: Run, in_database: Callable[..., Any]) -> None:
    result = run("create-admin", *ADA, "--password", "fourteen chars")
    assert (result.exit_code, result.stderr) == (1, "--password: A password needs at least 15 characters.\n")
    assert in_database(Platform.all) == []


def test_the_password_follows_the_rules_of_a_platform_that_is_there(run: Run, in_database: Callable[..., Any]) -> None:
    run("create-admin", *ADA, "--password", PASSWORD)
    in_database(lambda: Platform.filter(name="Acme").update(password_min_length=30))
    result = run("create-admin", *GRACE, "--password", PASSWORD)
    assert (result.exit_code, result.stderr) == (1, "--password: A password needs at least 30 characters.\n")


def test_a_second_platform_is_made_and_that_is_said(run: Run, in_database: Callable[..., Any]) -> None:
    run("create-admin", *ADA, "--password", PASSWORD)
    result = run("create-admin", *named("Umbrella"), "--password", PASSWORD)
    assert result.exit_code == 0
    assert result.stderr == 'There is no platform "Umbrella". There is "Acme". It is made.\n'
    assert [(user.first_name, user.platform.name) for user in in_database(everybody)] == [
        ("Ada", "Acme"),
        ("Grace", "Umbrella"),
    ]


def test_the_accents_of_a_name_may_come_as_a_mac_types_them(run: Run, in_database: Callable[..., Any]) -> None:
    run("create-admin", *named("Caf\u00e9", "one@example.org"), "--password", PASSWORD)
    assert run("create-admin", *named("Cafe\u0301"), "--password", PASSWORD).exit_code == 0
    assert [platform.name for platform in in_database(Platform.all)] == ["Caf\u00e9"]


def test_of_many_platforms_the_most_similar_are_named(run: Run) -> None:
    for number, name in enumerate(["Acme", "Acorn", "Umbrella", "Initech", "Hooli"]):
        run("create-admin", *named(name, f"{number}@example.org"), "--password", PASSWORD)
    result = run("create-admin", *named("Acne"), "--password", PASSWORD)
    assert 'There are "Acme", "Acorn", "Initech" and 2 more. ' in result.stderr


@pytest.mark.parametrize(("answer", "platforms"), [("y", ["Acme", "Acm"]), ("n", ["Acme"]), ("", ["Acme"])])
def test_on_a_terminal_it_asks(
    run: Run, in_database: Callable[..., Any], url: str, answer: str, platforms: list[str]
) -> None:
    run("create-admin", *ADA, "--password", PASSWORD)
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    command = [*ROLLCALL, "create-admin", *named("Acm"), "--password", PASSWORD]
    ended = subprocess.run(command, cwd=ROOT, env=environment(url), stdin=theirs, capture_output=True, text=True)
    os.close(ours)
    os.close(theirs)
    assert 'There is no platform "Acm". There is "Acme". Make the platform "Acm"? [y/N]: ' in ended.stdout
    assert ended.returncode == (0 if answer == "y" else 1)
    assert [platform.name for platform in in_database(lambda: Platform.all().order_by("created_at"))] == platforms


def named(platform: str, email: str = "grace@example.org") -> tuple[str, ...]:
    """Somebody's options, on this platform."""
    return ("--platform", platform, "--first-name", "Grace", "--last-name", "Hopper", "--email", email)


@pytest.mark.parametrize(
    ("first", "second"),
    [("ida@xn--bcher-kva.example", "ida@BÜCHER.example"), ("ida@bücher.example", "IDA@xn--bcher-kva.example")],
)
def test_one_address_in_two_forms_is_one_account(
    run: Run, in_database: Callable[..., Any], first: str, second: str
) -> None:
    run("create-admin", *GRACE[:6], "--email", first, "--password", PASSWORD)
    result = run("create-admin", *GRACE[:6], "--email", second, "--password", PASSWORD)
    assert (result.exit_code, result.stderr) == (1, "--email: Another account signs in with this address.\n")
    [user] = in_database(everybody)
    assert user.email == "ida@bücher.example"
    for typed in (first, second):
        assert in_database(lambda typed=typed: signing_in_as(typed).get()).id == user.id
