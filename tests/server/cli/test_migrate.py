"""`rollcall migrate`."""

import errno
import os
import pty
import re
import subprocess
from pathlib import Path

from tests.running import ROLLCALL, environment
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


def test_on_a_terminal_a_clock_runs_beside_each_migration(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    settings = environment(f"sqlite://{tmp_path}/new.db")
    with subprocess.Popen([*ROLLCALL, "migrate"], cwd=tmp_path, env=settings, stdout=theirs) as migrating:
        os.close(theirs)
        shown = _all_of(ours)
    os.close(ours)
    assert migrating.returncode == 0
    assert re.search(r"Applying 0001_initial\.\s+\S*0:00:\d\d", shown)
    assert re.search(r"Applying 0002_counting_indexes\.\s+\S*0:00:\d\d", shown)
    assert shown.endswith("migration(s) applied.\r\n")


def _all_of(terminal: int) -> str:
    """What was written to it. Once nobody has its other end open, Linux says EIO instead of an end of file."""
    written = b""
    while True:
        try:
            written += os.read(terminal, 4096)
        except OSError as error:
            if error.errno == errno.EIO:
                return written.decode()
            raise
