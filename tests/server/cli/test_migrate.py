"""`rollcall migrate`."""

from pathlib import Path

from tests.server.cli.conftest import Run
from tests.world import KEY


def test_a_new_database_gets_its_tables_and_a_second_run_finds_nothing_to_do(
    run_without_settings: Run, tmp_path: Path
) -> None:
    settings = {"database_url": f"sqlite://{tmp_path}/new.db", "secret_key": KEY}
    first = run_without_settings("migrate", **settings)
    assert first.exit_code == 0
    assert "0001_initial" in first.stdout
    assert first.stdout.endswith("migration(s) applied.\n")
    second = run_without_settings("migrate", **settings)
    assert (second.exit_code, second.stdout) == (0, "The database is up to date.\n")
    assert run_without_settings("rotate-keys", **settings).exit_code == 0


def test_a_migrated_database_is_up_to_date(run: Run) -> None:
    assert run("migrate").stdout == "The database is up to date.\n"
