"""Files and functions that can be read at once, under names that say what they know."""

from pathlib import PurePosixPath
from statistics import median

from tests.architecture.source import ROOMS, modules

LONGEST_FILE, MEDIAN_FILE, LONGEST_FUNCTION = 250, 80, 25
SAYS_NOTHING = {"util", "utils", "helper", "helpers", "common", "base", "manager", "managers", "misc"}
LONGER = {
    ("server/app.py", "create_app"),
    ("services/editing.py", "edit_user"),
    ("services/invitations.py", "invite"),
    ("services/mail/outbox.py", "enqueue"),
    ("services/mfa.py", "confirm_enrollment"),
}
"""One step after another, or a call with an argument a line: cut in two, they would be read in two places."""


def test_no_file_is_longer_than_250_lines() -> None:
    lengths = {module.path: len(module.text.splitlines()) for module in modules(*ROOMS, "tests", "bench")}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_half_of_the_files_have_less_than_80_lines() -> None:
    assert median(len(module.text.splitlines()) for module in modules()) < MEDIAN_FILE


def test_no_function_is_longer_than_25_lines() -> None:
    long = {
        (module.path, function.name): (function.end_lineno or 0) - function.lineno + 1
        for module in modules()
        for function in module.functions()
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    }
    assert {place: length for place, length in long.items() if place not in LONGER} == {}
    assert max(long.values(), default=0) <= LONGEST_FUNCTION + 10


def test_every_name_of_a_module_says_something() -> None:
    names = {
        module.path: PurePosixPath(module.path).with_suffix("").parts for module in modules(*ROOMS, "tests", "bench")
    }
    assert {path for path, parts in names.items() if SAYS_NOTHING & set(parts)} == set()
