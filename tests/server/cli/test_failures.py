"""What goes wrong before a command can begin: a sentence and exit code 1."""

from pathlib import Path

import pytest

from tests.server.cli.conftest import Run
from tests.world import KEY

NEEDING_SETTINGS = [
    ("serve",),
    ("migrate",),
    ("demo", "--users", "10"),
    ("unlock", "--email", "ada@example.org"),
    ("rotate-keys",),
    ("rebuild-keys",),
]
NEEDING_TABLES = [arguments for arguments in NEEDING_SETTINGS if arguments != ("migrate",)]


@pytest.mark.parametrize("arguments", NEEDING_SETTINGS)
def test_missing_settings_are_named(run_without_settings: Run, arguments: tuple[str, ...]) -> None:
    result = run_without_settings(*arguments)
    assert result.exit_code == 1
    assert result.stderr == (
        "ROLLCALL_DATABASE_URL is not set; docs/operations.md says what it is for.\n"
        "ROLLCALL_SECRET_KEY is not set; docs/operations.md says what it is for.\n"
    )


def test_a_short_key_is_named_and_not_shown(run_without_settings: Run, tmp_path: Path) -> None:
    result = run_without_settings("migrate", database_url=f"sqlite://{tmp_path}/x.db", secret_key="hunter2")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "ROLLCALL_SECRET_KEY is wrong: needs at least 32 characters.\n"
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize("arguments", NEEDING_TABLES)
def test_without_a_database_file_the_remedy_is_said(
    run_without_settings: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = run_without_settings(*arguments, database_url=f"sqlite://{tmp_path}/new.db", secret_key=KEY)
    assert result.exit_code == 1
    assert result.stderr == f"There is no database at {tmp_path}/new.db yet. Run `rollcall migrate`.\n"
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("arguments", NEEDING_TABLES)
def test_without_tables_the_remedy_is_said(
    run_without_settings: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "empty.db").touch()
    result = run_without_settings(*arguments, database_url=f"sqlite://{tmp_path}/empty.db", secret_key=KEY)
    assert result.exit_code == 1
    assert result.stderr.startswith("The database lacks ")
    assert result.stderr.endswith("migration(s), from 0001_initial on. Run `rollcall migrate`.\n")


def test_a_database_that_is_away_is_named_without_its_password(run_without_settings: Run) -> None:
    result = run_without_settings("migrate", database_url="postgres://ada:s3cret@127.0.0.1:1/rollcall", secret_key=KEY)
    assert result.exit_code == 1
    assert result.stderr.startswith("The database 127.0.0.1:1/rollcall cannot be used: ")
    assert result.stderr.endswith("See ROLLCALL_DATABASE_URL.\n")
    assert "s3cret" not in result.stderr


def test_a_file_that_is_no_database_is_named(run_without_settings: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ada, " * 500)
    result = run_without_settings("demo", database_url=f"sqlite://{tmp_path}/letter.txt", secret_key=KEY)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"The database {tmp_path}/letter.txt cannot be used: ")
