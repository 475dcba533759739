"""The table of permissions in the docs is the one in the code."""

from pathlib import Path

from graphql import build_schema

from schema.root import schema
from services.policy import RULES, UserAction
from tests.docs.permissions import actions, document, need
from tests.services.test_policy_property import MUTATIONS

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = DOCS / "permissions.md"


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == document(), "run: python -m tests.docs.permissions > docs/permissions.md"


def test_the_architecture_shows_the_table_of_actions() -> None:
    assert "\n".join(actions()[2:]) in (DOCS / "architecture.md").read_text()


def test_each_mutations_description_names_the_permission_of_its_rule() -> None:
    fields = build_schema(schema.as_str()).mutation_type
    assert fields
    said = {action: need(fields.fields[MUTATIONS[action][0]].description) for action in UserAction}
    assert said == {action: rule.permission.value for action, rule in RULES.items()}
