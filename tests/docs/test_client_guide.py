"""docs/client-guide.md: every operation in it works as it says, and nothing that a client meets is left out."""

import re
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLScalarType, build_schema, specified_scalar_types

from models.user import User
from schema.enums import ErrorCode, UserAction
from tests.docs.documents import ROOT, first_cells, read, runs, section
from tests.docs.reader import Reader, cast
from tests.world import World

GUIDE = read("docs/client-guide.md")
SCHEMA = build_schema(read("schema.graphql"))
TOP_LEVEL = re.compile(r'\bcode"?(?:: str)?\s*[:=]\s*"([A-Z_]{5,})"')


@pytest.mark.anyio
async def test_the_guide_works_from_top_to_bottom(world: World) -> None:
    await cast(world)
    reader = Reader(world, await world.client())
    for run in runs(GUIDE):
        data = await reader.run(run)
        if run.answer is not None:
            assert_like(data, await reader.filled(run.answer))
    assert await User.filter(last_name="Novak").count() == 1


def test_the_guide_has_operations_for_all_that_it_explains() -> None:
    documents = {run.document for run in runs(GUIDE)}
    assert len(documents) == GUIDE.count("```graphql\n") > 20


def test_every_error_code_of_mutations_has_its_advice() -> None:
    payloads, _, _ = section(GUIDE, "## Error codes").partition("At the top level")
    assert first_cells(payloads) == [code.value for code in ErrorCode]


def test_every_top_level_code_has_its_advice() -> None:
    _, _, top = section(GUIDE, "## Error codes").partition("At the top level")
    assert set(first_cells(top)) == {*codes_in_source(), "FORBIDDEN"}


def test_every_scalar_is_explained() -> None:
    scalars = [name for name, type in SCHEMA.type_map.items() if isinstance(type, GraphQLScalarType)]
    own = sorted(set(scalars) - set(specified_scalar_types))
    assert sorted(first_cells(section(GUIDE, "## Scalars"))) == own


def test_every_action_has_its_mutation() -> None:
    rows = re.findall(r"`([A-Z_]+)` \| `(\w+)`", section(GUIDE, "### Buttons"))
    assert {action for action, _ in rows} == {action.value for action in UserAction}
    assert SCHEMA.mutation_type is not None
    assert {mutation for _, mutation in rows} <= set(SCHEMA.mutation_type.fields)


def test_the_types_without_an_id_are_named() -> None:
    listed = re.search(r"<!-- types without an id -->(.*?)<!-- end -->", GUIDE, re.DOTALL)
    assert listed is not None
    assert re.findall(r"`(\w+)`", listed[1]) == sorted(
        name
        for name, type in SCHEMA.type_map.items()
        if isinstance(type, GraphQLObjectType)
        and not name.startswith("__")
        and name not in ("Query", "Mutation")
        and not name.endswith("Payload")
        and "id" not in type.fields
    )


def codes_in_source() -> set[str]:
    sources = [*(ROOT / "schema").rglob("*.py"), *(ROOT / "server").rglob("*.py")]
    return {code for path in sources for code in TOP_LEVEL.findall(path.read_text("utf-8"))}


def assert_like(actual: Any, shown: Any) -> None:
    """Objects may have more than the guide shows, and `…` stands for anything."""
    if isinstance(shown, dict):
        assert isinstance(actual, dict), (actual, shown)
        for name, value in shown.items():
            assert_like(actual[name], value)
    elif isinstance(shown, list):
        assert isinstance(actual, list) and len(actual) == len(shown), (actual, shown)
        for one, other in zip(actual, shown, strict=True):
            assert_like(one, other)
    elif shown != "…":
        assert actual == shown
