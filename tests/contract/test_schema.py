"""The committed schema is what the code prints, letter for letter."""

from schema.root import schema
from tests.architecture.source import ROOT


def test_the_committed_schema_is_what_the_code_prints() -> None:
    assert (ROOT / "schema.graphql").read_text("utf-8") == f"{schema}\n"
