"""What `rollcall --help` says, and how little it loads for that."""

import subprocess
import sys

from tests.server.cli.conftest import Run

COMMANDS = [
    *("serve", "migrate", "create-admin", "demo", "schema", "mail-sink", "doctor", "unlock", "rotate-keys"),
    "rebuild-keys",
]


def test_help_names_every_command(run_without_settings: Run) -> None:
    result = run_without_settings("--help")
    assert result.exit_code == 0
    assert [name for name in COMMANDS if f"│ {name} " not in result.stdout] == []


def test_every_command_explains_its_options_without_any_settings(run_without_settings: Run) -> None:
    assert [run_without_settings(name, "--help").exit_code for name in COMMANDS] == [0] * len(COMMANDS)


def test_help_loads_nothing_heavy() -> None:
    program = "import sys, server.cli; print([m for m in ('tortoise', 'strawberry', 'pydantic') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "[]\n"


def test_an_unknown_command_is_a_mistake_in_typing(run_without_settings: Run) -> None:
    assert run_without_settings("demolish").exit_code == 2
