"""Every promise of docs/security.md names a test that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()


def rows() -> list[str]:
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    return [line for line in lines if not line.startswith(("|---", "| promise |"))]


def existing() -> set[str]:
    sources = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]
    return {name for source in sources for name in re.findall(r"^(?:async )?def (test_\w+)\(", source, re.MULTILINE)}


def test_every_promise_names_a_test() -> None:
    assert len(rows()) >= 45
    assert [row for row in rows() if not re.search(r"\| .*`test_\w+`.* \|$", row)] == []


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert sorted(named - existing()) == []


def test_every_row_has_a_promise_a_number_and_a_test() -> None:
    assert {row.count("|") for row in rows()} == {4}
