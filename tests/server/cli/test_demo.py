"""`rollcall demo`."""

from collections.abc import Callable
from typing import Any

from models.user import User
from services.passwords import Hasher
from services.vault import Vault
from tests.server.cli.conftest import Run
from tests.world import KEY

PASSWORD = "correct-horse-battery-staple"
SIGN_INS = f"""
Sign in at http://127.0.0.1:8000/graphql with the password {PASSWORD}
  admin@demo.example.org               Platform of Demo
  support@demo.example.org             Support of Demo
  viewer@demo.example.org              Viewer of Demo
  admin@demo-secure.example.org        Platform of Demo Secure
"""


def test_the_sign_ins_are_printed_and_work(run: Run, in_database: Callable[..., Any]) -> None:
    result = run("demo", "--users", "10")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith(SIGN_INS)

    async def verify() -> list[tuple[str, str, bool]]:
        hasher = Hasher()
        addresses = [line.split()[0] for line in SIGN_INS.splitlines()[2:]]
        users = await User.filter(email__in=addresses).order_by("email").select_related("role")
        found = [(user.email, user.role.name, await hasher.verify(user.password_hash, PASSWORD)) for user in users]
        hasher.close()
        return found

    assert in_database(verify) == [
        ("admin@demo-secure.example.org", "Platform", True),
        ("admin@demo.example.org", "Platform", True),
        ("support@demo.example.org", "Support", True),
        ("viewer@demo.example.org", "Viewer", True),
    ]


def test_a_second_run_adds_nothing_and_prints_the_sign_ins_again(run: Run, in_database: Callable[..., Any]) -> None:
    run("demo", "--users", "12")
    before = in_database(lambda: User.all().order_by("id").values())
    result = run("demo", "--users", "500", "--seed", "7")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "There is a platform Demo with 12 users already; nothing was added.\n"
        "There is a platform Demo Secure with 8 users already; nothing was added.\n" + SIGN_INS
    )
    assert in_database(lambda: User.all().order_by("id").values()) == before


def test_platforms_of_other_names_stand_beside_it(run: Run, in_database: Callable[..., Any]) -> None:
    run("demo", "--users", "10")
    result = run("demo", "--users", "10", "--platform", "Globex", public_url="https://id.example.org/")
    assert result.exit_code == 0
    assert "Sign in at https://id.example.org/graphql" in result.stdout
    assert "admin@globex.example.org" in result.stdout
    assert in_database(lambda: User.all().count()) == 36


def test_a_name_whose_addresses_are_taken_is_refused(run: Run, in_database: Callable[..., Any]) -> None:
    run("demo", "--users", "10")
    result = run("demo", "--users", "10", "--platform", "DEMO")
    assert result.exit_code == 1
    assert result.stderr == "--platform: Another platform has users at demo.example.org already.\n"
    assert in_database(lambda: User.all().count()) == 18


def test_authenticator_secrets_are_sealed_under_the_servers_key(run: Run, in_database: Callable[..., Any]) -> None:
    run("demo", "--users", "40")
    sealed = in_database(lambda: User.filter(totp_secret__isnull=False).values_list("totp_secret", flat=True))
    assert len(sealed) > 10
    assert {len(Vault([KEY]).open(secret)) for secret in sealed} == {32}


def test_progress_in_a_log_is_a_few_lines(run: Run) -> None:
    lines = run("demo", "--users", "25000").stdout.splitlines()
    assert lines[:2] == ["Demo: 10000 of 25000 users", "Demo: 20000 of 25000 users"]
    assert lines[2].startswith("Demo: 25000 users in ")


def test_no_users_is_a_mistake_in_typing(run: Run) -> None:
    assert run("demo", "--users", "0").exit_code == 2
