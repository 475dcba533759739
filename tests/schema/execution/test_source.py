"""Errors point where graphql-core has them point, whatever ends the lines, and a long document costs them nothing."""

import time

import pytest
from graphql import GraphQLError, Source, parse

from schema.execution.documents import LONGEST_KEPT, Documents
from schema.execution.engine import schema
from schema.execution.source import IndexedSource

TEXTS = ["", "{ a }", "{\n  a\n}\n", "{\r\n  a\r  b\n\r\n}", "\n\n\n{ä}\n", "\r\r\n\n{ a }"]


@pytest.mark.parametrize("text", TEXTS)
def test_every_place_is_where_graphql_core_has_it(text: str) -> None:
    ours, theirs = IndexedSource(text), Source(text)
    places = range(len(text) + 1)
    inside = [place for place in places if text[place - 1 : place + 1] != "\r\n"]
    assert [ours.get_location(place) for place in inside] == [theirs.get_location(place) for place in inside]


def seconds_of_errors(text: str, line: int) -> float:
    """CPU time of a thousand errors in that line."""
    node = parse(IndexedSource(text)).definitions[0]
    began = time.thread_time()
    errors = [GraphQLError("wrong", node) for _ in range(1000)]
    assert {error.locations[0].line for error in errors if error.locations} == {line}
    return time.thread_time() - began


def test_errors_behind_thousands_of_lines_cost_what_others_do() -> None:
    """Counted anew for each, they cost a thousand times as much."""
    few = min(seconds_of_errors("{ a }", 1) for _ in range(3))
    assert min(seconds_of_errors("\n" * 48_000 + "{ a }", 48_001) for _ in range(3)) < 20 * few


def test_what_is_mostly_blanks_is_not_kept() -> None:
    documents = Documents(schema)
    long, short = "{ __typename }" + " " * LONGEST_KEPT, "{ __typename }"
    for source in (long, short):
        assert not documents.prepare(source).errors
    assert documents.known(long) is None
    assert documents.known(short) is not None
