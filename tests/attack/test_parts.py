"""An attack of which a part was left out is no attack passed."""

from pathlib import Path

import pytest

from tests.attack.parts import FOUND_FAULT, LEFT_OUT, Part, attacked
from tests.attack.run import PARTS, main


def pretended(name: str, tried: list[str], lacks: list[str] | None = None, failures: int = 0) -> Part:
    def run(folder: Path) -> int:
        tried.append(name)
        return failures

    return Part(name, lambda: lacks or [], run)


@pytest.mark.parametrize(
    ("lacks", "failures", "named", "code", "run"),
    [
        ([], 0, [], 0, ["first", "second"]),
        (["no hammer"], 0, [], LEFT_OUT, ["first"]),
        (["no hammer"], 0, ["first"], 0, ["first"]),
        (["no hammer"], 0, ["second"], LEFT_OUT, []),
        ([], 0, ["second"], 0, ["second"]),
        ([], 3, [], FOUND_FAULT, ["first", "second"]),
        (["no hammer"], 3, [], FOUND_FAULT, ["first"]),
    ],
)
def test_only_what_was_tried_and_found_nothing_passes(
    lacks: list[str], failures: int, named: list[str], code: int, run: list[str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    tried: list[str] = []
    parts = [pretended("first", tried, failures=failures), pretended("second", tried, lacks, failures)]
    assert attacked(parts, named, tmp_path) == code
    assert tried == run
    told = "LEFT OUT  second, which was not tried:\n        no hammer\n"
    assert capsys.readouterr().out == (told if lacks and named != ["first"] else "")


def test_a_part_that_breaks_off_has_failed_and_those_after_it_are_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[str] = []
    broken = Part("broken", list, lambda folder: int("no number"))
    assert attacked([broken, pretended("next", tried)], [], tmp_path) == FOUND_FAULT
    assert tried == ["next"]
    told = capsys.readouterr().out
    assert "FAILED  broken, which broke off:" in told
    assert "no number" in told


def test_a_tool_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.attack.run.SCHEMATHESIS", tmp_path / "schemathesis")
    monkeypatch.setattr("tests.attack.run.SLOWHTTPTEST", tmp_path / "slowhttptest")
    monkeypatch.setattr("tests.attack.run.Databases.postgres_answers", lambda: False)
    lacking = {part.name: " ".join(part.lacks()) for part in PARTS}
    assert list(lacking) == ["audits", "postgresql", "sqlite", "slow"]
    assert "node" in lacking["audits"]
    assert "npm" in lacking["audits"]
    assert "schemathesis" in lacking["postgresql"]
    assert "No PostgreSQL answers" in lacking["postgresql"]
    assert "schemathesis" in lacking["sqlite"]
    assert "slowhttptest" in lacking["slow"]


@pytest.mark.parametrize(("named", "run"), [([], ["one", "other"]), (["other"], ["other"])])
def test_the_command_runs_what_is_named_or_all(
    named: list[str], run: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    monkeypatch.setattr("tests.attack.run.PARTS", [pretended("one", tried), pretended("other", tried)])
    monkeypatch.setattr("sys.argv", ["run", *named])
    assert (main(), tried) == (0, run)


def test_the_command_knows_no_other_part(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["run", "nothing"])
    with pytest.raises(SystemExit):
        main()
    assert "nothing is none of audits, postgresql, sqlite, slow" in capsys.readouterr().err
