"""`rollcall schema`."""

from pathlib import Path

from schema.root import schema
from tests.server.cli.conftest import Run


def test_the_schema_is_printed(run_without_settings: Run) -> None:
    result = run_without_settings("schema")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{schema}\n", "")


def test_the_schema_is_written_to_a_file(run_without_settings: Run, tmp_path: Path) -> None:
    result = run_without_settings("schema", "--output", "out.graphql")
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "out.graphql").read_text("utf-8") == f"{schema}\n"


def test_a_file_that_cannot_be_written_is_named(run_without_settings: Run) -> None:
    result = run_without_settings("schema", "--output", "nowhere/out.graphql")
    assert (result.exit_code, result.stderr) == (1, "nowhere/out.graphql: No such file or directory\n")
