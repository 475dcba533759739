"""How values and errors of graphql-core are put into the words of GraphQL, and whose mistake an error is."""

import sys
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
    execute_sync,
    parse,
)
from structlog.testing import capture_logs

from models.role import Permission
from schema.errors import MASKED, BadUserInput, presented
from schema.execution.engine import GRAPHQL
from schema.notation import INSPECT, notation


def unserializable(*_: object) -> None:
    raise GraphQLError("S cannot represent <object at 0x7f>")


BROKEN = GraphQLSchema(
    GraphQLObjectType(
        "Query",
        {
            "large": GraphQLField(GraphQLInt, resolve=lambda *_: 2**40),
            "text": GraphQLField(GraphQLInt, resolve=lambda *_: "it's"),
            "broken": GraphQLField(GraphQLScalarType("S", serialize=unserializable), resolve=lambda *_: object()),
            "required": GraphQLField(GraphQLNonNull(GraphQLInt), resolve=lambda *_: None),
            "refused": GraphQLField(GraphQLInt, resolve=lambda *_: refuse()),
            "echo": GraphQLField(
                GraphQLInt, {"n": GraphQLArgument(GraphQLNonNull(GraphQLInt), default_value=1)}, resolve=lambda *_, n: n
            ),
        },
    )
)


def refuse() -> None:
    raise BadUserInput("No.")


def shown(source: str, variables: dict[str, Any] | None = None) -> tuple[str, str]:
    """Message and code of the only error."""
    with capture_logs() as logged:
        [error] = execute_sync(BROKEN, parse(source), variable_values=variables).errors or []
        answer = presented(error)
    assert [line["event"] for line in logged] == (["graphql.bug"] if answer["message"] == MASKED else [])
    return answer["message"], answer["extensions"]["code"]


@pytest.mark.parametrize("field", ["large", "text", "broken", "required"])
def test_a_value_of_ours_that_does_not_fit_its_type_is_masked_as_a_bug(field: str) -> None:
    assert shown(f"{{ {field} }}") == (MASKED, "INTERNAL")


def test_what_clients_cause_while_a_query_runs_is_said() -> None:
    assert shown("{ refused }") == ("No.", "BAD_USER_INPUT")
    sentence = "Argument 'n' has invalid value: Expected variable '$n' provided to non-null type 'Int!' not to be null."
    assert shown("query ($n: Int = 1) { echo(n: $n) }", {"n": None}) == (sentence, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        ([True, False], "[true, false]"),
        (1.0, "1.0"),
        (10**30, "1" + "0" * 30),
        (10**500, "a number that is too long"),
        (float("inf"), "a number that is not finite"),
        ('it\'s "ß"\n', '"it\'s \\"ß\\"\\n"'),
        ("x" * 300, f'"{"x" * 240}…"'),
        ({"a": {"b": {"c": 1}}}, "{ a: { b: {…} } }"),
        ([[[1]]], "[[[…]]]"),
        ({"a": [], "b c": {}}, '{ a: [], "b c": {} }'),
        (list(range(12)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …]"),
        ((), "[]"),
        (Permission.USERS_READ, "USERS_READ"),
        (GraphQLNonNull(GraphQLInt), "Int!"),
        (Undefined, "nothing"),
        (object(), "a value of another kind"),
        (b"x", "a value of another kind"),
    ],
)
def test_a_value_is_written_as_in_a_document(value: object, written: str) -> None:
    assert notation(value) == written


def test_no_module_of_graphql_core_writes_values_as_python_does() -> None:
    names = [name for name in sys.modules if name.partition(".")[0] == "graphql"]
    assert [name for name in names if getattr(sys.modules[name], "inspect", None) is INSPECT] == []
    assert sum(getattr(sys.modules[name], "inspect", None) is notation for name in names) >= 10


@pytest.mark.parametrize("name", ["EmailAddress", "PhoneNumber", "TimeZone", "URL"])
@pytest.mark.parametrize("value", [1, 1.5, True, {"a": None}, ["a"]])
def test_scalars_that_are_text_take_nothing_but_strings(name: str, value: object) -> None:
    scalar = GRAPHQL.type_map[name]
    assert isinstance(scalar, GraphQLScalarType)
    with pytest.raises(GraphQLError, match=f"^{name} is a string.$"):
        scalar.coerce_input_value(value)
    assert scalar.coerce_input_value("zq") == "zq"
