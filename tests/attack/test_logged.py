"""Which lines of a log stand for a bug."""

from pathlib import Path

import pytest

from tests.attack.logged import bugs, bugs_in


@pytest.mark.parametrize(
    "line",
    [
        {"event": "graphql.bug", "level": "error"},
        {"event": "graphql.odd", "error": "KeyError"},
        {"event": "request.failed_late", "log_level": "warning"},
        {"event": "mail.unmarked", "log_level": "error"},
        {"event": "anything", "exception": []},
    ],
)
def test_a_line_tells_of_a_bug(line: dict[str, object]) -> None:
    assert bugs([line]) == [str(line)]


def test_refusals_and_a_mail_server_that_is_away_are_no_bugs() -> None:
    odd = [{"event": "graphql.odd", "error": name} for name in ("Odd", "BadUserInput", "Forbidden", "BadPage")]
    assert bugs([*odd, {"event": "mail.retried", "level": "warning"}, {"event": "request", "level": "info"}]) == []


def test_a_traceback_between_the_lines_is_one(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"event": "request"}\nTraceback (most recent call last):\n  somewhere\n')
    assert bugs_in(log) == ["Traceback (most recent call last):"]
