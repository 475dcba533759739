"""What breaks clients of the last release is announced; and how a release is made."""

from datetime import date
from pathlib import Path

import pytest

from tests.contract.releases import released, schema_of, unannounced
from tests.contract.releasing import NotReady, release
from tests.docs.documents import read

OLD = """
interface Named { name: String }
type Query implements Named { name: String  old(size: Int): Int  word: String! }
enum Colour { RED  GREEN }
input Wish { colour: Colour }
type Mutation { wish(input: Wish!): Int }
"""
NOTHING_SAID = "# Changelog\n\n## Unreleased\n\n- Better.\n\n## 0.1.0\n\n- **Breaking**: `Query.old` `Query.word`.\n"
TODAY = date(2026, 12, 1)

BREAKING = [
    ("old(size: Int): Int", "", "Query.old", "Field Query.old was removed."),
    ("word: String!", "word: String", "Query.word", "Field Query.word changed type from String! to String."),
    (
        "old(size: Int)",
        "old(size: Int, unit: Int!)",
        "Query.old(unit:)",
        "A required argument Query.old(unit:) was added.",
    ),
    ("(size: Int)", "", "Query.old(size:)", "Argument Query.old(size:) was removed."),
    ("RED  GREEN", "RED", "Colour.GREEN", "Enum value Colour.GREEN was removed."),
    ("colour: Colour }", "colour: Colour  size: Int! }", "Wish.size", "A required field Wish.size was added."),
    ("Query implements Named", "Query", "Query", "Query no longer implements interface Named."),
    ("type Mutation { wish(input: Wish!): Int }", "", "Mutation", "Mutation was removed."),
]


@pytest.mark.parametrize(("before", "after", "coordinate", "sentence"), BREAKING, ids=[it[2] for it in BREAKING])
def test_a_breaking_change_passes_only_when_unreleased_announces_it(
    before: str, after: str, coordinate: str, sentence: str
) -> None:
    assert before in OLD
    new = OLD.replace(before, after)
    assert unannounced(OLD, new, NOTHING_SAID) == [sentence]
    assert unannounced(OLD, new, saying(f"- `{coordinate}` is another now.")) == [sentence]
    assert unannounced(OLD, new, saying("- **Breaking**: `Query.other` is gone.")) == [sentence]
    assert unannounced(OLD, new, saying(f"- Fine.\n- **Breaking**: something with\n  `{coordinate}`.\n- Fine.")) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("word: String!", "word: String!  more: Int"),
        ("(size: Int)", "(size: Int, unit: Int = 1)"),
        ("(size: Int): Int", "(size: Int): Int!"),
        ("RED  GREEN", "RED  GREEN  BLUE"),
        ("colour: Colour }", "colour: Colour  size: Int }"),
        ("enum Colour", '"What it looks like." enum Colour'),
    ],
)
def test_what_breaks_nobody_needs_no_announcement(before: str, after: str) -> None:
    assert before in OLD
    assert unannounced(OLD, OLD.replace(before, after), NOTHING_SAID) == []


def test_this_schema_breaks_no_client_of_the_last_release_without_saying_so() -> None:
    last = schema_of(released()[-1]).read_text() if released() else read("schema.graphql")
    assert unannounced(last, read("schema.graphql"), read("CHANGELOG.md")) == []


def test_every_release_in_the_changelog_has_its_schema_and_the_last_one_is_this_version() -> None:
    versions = released()
    headings = [line.split()[1] for line in read("CHANGELOG.md").splitlines() if line.startswith("## ")]
    assert headings == ["Unreleased", *reversed(versions)]
    assert not versions or f'\nversion = "{versions[-1]}"\n' in read("pyproject.toml")


def test_a_release_names_its_version_and_keeps_its_schema(tmp_path: Path) -> None:
    tree(tmp_path, OLD, "# Changelog\n\n## Unreleased\n\n- First.\n")
    release("0.9.0", TODAY, tmp_path)
    assert (tmp_path / "CHANGELOG.md").read_text() == (
        "# Changelog\n\n## Unreleased\n\n## 0.9.0 (2026-12-01)\n\n- First.\n"
    )
    assert (tmp_path / "pyproject.toml").read_text() == '[project]\nversion = "0.9.0"\n'
    assert schema_of("0.9.0", tmp_path).read_text() == OLD


def test_the_next_release_waits_for_an_announcement(tmp_path: Path) -> None:
    new = OLD.replace("old(size: Int): Int", "")
    tree(tmp_path, new, "# Changelog\n\n## Unreleased\n\n- Less.\n", {"0.9.0": OLD})
    with pytest.raises(NotReady, match=r"Field Query\.old was removed"):
        release("0.10.0", TODAY, tmp_path)
    assert released(tmp_path) == ["0.9.0"]
    tree(tmp_path, new, "# Changelog\n\n## Unreleased\n\n- **Breaking**: `Query.old` is gone.\n", {"0.9.0": OLD})
    release("0.10.0", TODAY, tmp_path)
    assert released(tmp_path) == ["0.9.0", "0.10.0"]


@pytest.mark.parametrize(
    ("version", "changelog", "reason"),
    [
        ("0.9", "# Changelog\n\n## Unreleased\n\n- More.\n", "three numbers"),
        ("", "# Changelog\n\n## Unreleased\n\n- More.\n", "three numbers"),
        ("0.9.0", "# Changelog\n\n## Unreleased\n\n- More.\n", r"0\.10\.0 is released already"),
        ("0.11.0", "# Changelog\n\n## Unreleased\n\n## 0.10.0\n", "nothing under Unreleased"),
    ],
)
def test_a_release_that_is_none_is_refused(tmp_path: Path, version: str, changelog: str, reason: str) -> None:
    tree(tmp_path, OLD, changelog, {"0.9.0": OLD, "0.10.0": OLD})
    with pytest.raises(NotReady, match=reason):
        release(version, TODAY, tmp_path)
    assert (tmp_path / "CHANGELOG.md").read_text() == changelog


def saying(lines: str) -> str:
    return NOTHING_SAID.replace("- Better.", lines)


def tree(root: Path, schema: str, changelog: str, releases: dict[str, str] | None = None) -> None:
    """As much of the project as a release touches."""
    (root / "docs" / "releases").mkdir(parents=True, exist_ok=True)
    (root / "schema.graphql").write_text(schema)
    (root / "CHANGELOG.md").write_text(changelog)
    (root / "pyproject.toml").write_text('[project]\nversion = "0.1.0"\n')
    for version, text in (releases or {}).items():
        schema_of(version, root).write_text(text)
