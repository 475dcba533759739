"""No message of an error shows Python, whatever a client sends wrongly; compiled and interpreted, they are the same."""

import os
import re
from random import Random
from typing import Any

import orjson
import pytest

from schema.context import Context, Tools
from schema.execution.engine import GRAPHQL, Engine, Rules
from schema.execution.turns import Turns
from services.actor import Origin
from tests.schema.execution.wrong_values import WrongValues, by_literals, by_variables, fields_with_arguments
from tests.world import World

ROUNDS = int(os.environ.get("ROLLCALL_DIFFERENTIAL", "150")) // 10
PYTHON = re.compile(
    r"\b(None|True|False|Undefined|inf|nan|Exception)\b|<(?!EOF>)|0x|\w\((?!\w+:\))"
    r"|'\w+': |\{'\w|\['\w|(?:value|[Ff]ound): '"
)
"""What values look like in Python, and not in GraphQL or JSON; names of the schema in single quotes are English,
`<EOF>` is a token, and `Query.node(id:)` a coordinate of the schema."""

MANGLING = [
    "",
    "",
    "zq",
    '"zq"',
    "\\",
    '"\\x"',
    "{",
    "}",
    "null",
    "[null]",
    "$zq",
    "@skip",
    "@zq",
    "...",
    "\x07",
    "1.",
    '"""',
]
FIELDS = list(fields_with_arguments(GRAPHQL))


def messages(body: dict[str, Any]) -> list[str]:
    return [error["message"] for error in body.get("errors", [])]


def asking(world: World, actor: Any) -> Any:
    engine = Engine(Rules(cost_limit=10**9, introspection="public"), Turns(clock=lambda: 0.0, used=lambda: 0.0))
    tools = Tools(world.hasher, world.vault, lambda user, size: None)

    async def ask(source: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        context = Context(origin=Origin(), now=world.clock.now, tools=tools, actor=actor)
        answer = (await engine.answer(await engine.prepared(source), variables, None, context)).body
        seen: dict[str, Any] = orjson.loads(orjson.dumps(answer, default=str))
        return seen

    return ask


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(3))
async def test_no_wrong_variable_is_answered_with_python_and_both_ways_answer_alike(world: World, seed: int) -> None:
    ask = asking(world, await world.actor(await world.admin()))
    wrong, seen = WrongValues(Random(seed)), 0
    for operation, name, field in FIELDS:
        source = by_variables(operation, name, field)
        for _ in range(ROUNDS):
            values = {argument: wrong.of(made.type) for argument, made in field.args.items()}
            answer = await ask(source, values)
            assert not [text for text in messages(answer) if PYTHON.search(text)], (source, values)
            if operation == "query":
                assert await ask(source, values) == answer, (source, values)
            seen += "data" not in answer
    assert seen > len(FIELDS) * ROUNDS // 2


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(3))
async def test_no_wrong_literal_is_answered_with_python(world: World, seed: int) -> None:
    ask = asking(world, await world.actor(await world.admin()))
    wrong, seen = WrongValues(Random(seed)), 0
    for operation, name, field in FIELDS:
        for _ in range(ROUNDS):
            source = by_literals(
                operation, name, field, {argument: wrong.of(made.type) for argument, made in field.args.items()}
            )
            answer = await ask(source)
            assert not [text for text in messages(answer) if PYTHON.search(text)], source
            seen += "data" not in answer
    assert seen > len(FIELDS) * ROUNDS // 2


@pytest.mark.anyio
async def test_no_mangled_document_is_answered_with_python(world: World) -> None:
    ask, random, seen = asking(world, None), Random(1), set()
    for operation, name, field in FIELDS:
        whole = by_variables(operation, name, field)
        for _ in range(ROUNDS * 2):
            at, much = random.randrange(len(whole)), random.choice([0, 1, 5])
            source = whole[:at] + random.choice(MANGLING) + whole[at + much :]
            found = messages(await ask(source))
            assert not [text for text in found if PYTHON.search(text)], source
            seen |= {text.split(" ")[0] for text in found}
    assert {"Syntax", "Unknown", "Variable", "Field", "Expected", "Cannot"} <= seen, seen


@pytest.mark.parametrize(
    ("source", "variables", "message"),
    [
        (
            "query ($n: Int!) { users(first: $n) { __typename } }",
            {"n": None},
            "Variable '$n' has invalid value: Expected value of non-null type 'Int!' not to be null.",
        ),
        (
            "query ($n: Int!) { users(first: $n) { __typename } }",
            {},
            "Variable '$n' has invalid value: Expected a value of non-null type 'Int!' to be provided.",
        ),
        (
            "query ($n: Int) { users(first: $n) { __typename } }",
            {"n": True},
            "Variable '$n' has invalid value: Int cannot represent non-integer value: true",
        ),
        (
            "query ($o: UserOrder) { users(orderBy: $o) { __typename } }",
            {"o": {"direction": "ASC", "it's": [None, 1.5, {"a": {}}]}},
            "Variable '$o' has invalid value: Expected value of type 'UserOrder' to include required field 'field', "
            """found: { direction: "ASC", "it's": [null, 1.5, {…}] }.""",
        ),
        (
            "query ($f: UserFilter) { users(filter: $f) { __typename } }",
            {"f": {"status": [5]}},
            "Variable '$f' has invalid value at .status[0]: Enum 'UserStatus' cannot represent non-string value: 5.",
        ),
        (
            "{ users(filter: { status: null, text: [null] }) { __typename } }",
            {},
            "String cannot represent a non string value: [null]",
        ),
        ("{ node(id: null) { id } }", {}, "Expected value of non-null type 'ID!' not to be null."),
        (
            "query ($b: Boolean = true) { viewer @skip(if: $b) { id } }",
            {"b": None},
            "Argument 'if' has invalid value: "
            "Expected variable '$b' provided to non-null type 'Boolean!' not to be null.",
        ),
        (
            "query ($f: UserFilter) { users(filter: $f) { __typename } }",
            {"f": {"createdAt": {"after": {"a": None}}}},
            "Variable '$f' has invalid value at .createdAt.after: An instant is a string such as 2026-11-22T12:00:00Z.",
        ),
    ],
)
@pytest.mark.anyio
async def test_values_are_written_as_graphql_has_them(
    world: World, source: str, variables: dict[str, Any], message: str
) -> None:
    ask = asking(world, None)
    for _ in range(2):
        answer = await ask(source, variables)
        assert messages(answer)[0] == message
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
