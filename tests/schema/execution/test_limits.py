"""Hostile documents: counted before validation, in time linear in the document."""

import pytest
from graphql import get_introspection_query

from schema.execution.documents import Documents, Prepared
from schema.execution.limits import guessing_fields
from schema.root import schema
from tests.reference_work import measured
from tests.schema.execution.work import MOST_PIECES

GUESSING = {
    "acceptInvitation",
    "beginMfaEnrollment",
    "changePassword",
    "confirmMfaEnrollment",
    "disableMfa",
    "regenerateRecoveryCodes",
    "replaceExpiredPassword",
    "requestPasswordReset",
    "resetPassword",
    "signIn",
    "verifyMfa",
}


def prepared(source: str) -> Prepared:
    return Documents(schema).prepare(source)


def verdict(source: str) -> str | None:
    """Why the document is too complex; None where it is not. Asserts that it is valid then."""
    errors = prepared(source).errors
    if not errors:
        return None
    [error] = errors
    assert error.extensions == {"code": "QUERY_TOO_COMPLEX"}, error.message
    return error.message.removeprefix("The operation is too complex: it has ").removesuffix(".")


def deep(levels: int) -> str:
    """viewer, then history, nodes, actor, over and over."""
    names = ["viewer", *["history", "nodes", "actor"] * 9][: levels - 1]
    return "{" + "{".join(names) + "{__typename" + "}" * levels


def deep_in_fragments(levels: int) -> str:
    """Each level in a fragment of its own."""
    fragments = [
        f"fragment f{level} on User {{ platform {{ id }} role {{ id }} ...f{level + 1} }}" for level in range(levels)
    ]
    return "{ viewer { ...f0 } }" + " ".join(fragments) + f" fragment f{levels} on User {{ id }}"


def aliases(count: int) -> str:
    return "{ viewer {" + " ".join(f"a{number}: id" for number in range(count)) + "} }"


def aliases_in_fragments(count: int) -> str:
    spreads, fragments = "", ""
    for number in range(count):
        spreads += f"...f{number} "
        fragments += f"fragment f{number} on User {{ a{number}: id }} "
    return f"{{ viewer {{ {spreads} }} }} {fragments}"


def directives(count: int) -> str:
    return "{ viewer {" + "id @skip(if: false) " * count + "} }"


def operations(count: int) -> str:
    return " ".join(f"query q{number} {{ __typename }}" for number in range(count))


def mutations(count: int) -> str:
    return "mutation {" + " ".join(f"a{number}: signOut {{ __typename }}" for number in range(count)) + "}"


def mutations_in_fragments(count: int) -> str:
    return "mutation { __typename ...f } fragment f on Mutation {" + mutations(count)[len("mutation {") :]


SIGN_IN = 'signIn(input: {email: "a", password: "b"}) { errors { code } }'


def sign_ins(count: int) -> str:
    return "mutation {" + " ".join(f"a{number}: {SIGN_IN}" for number in range(count)) + "}"


def sign_ins_in_a_fragment(count: int) -> str:
    return "mutation { " + "...f " * count + f"}} fragment f on Mutation {{ {SIGN_IN} }}"


@pytest.mark.parametrize(
    ("document", "most", "what"),
    [
        (deep, 12, "13 levels of fields; the limit is 12"),
        (deep_in_fragments, 47, "51 levels of braces; the limit is 50"),
        (aliases, 30, "31 aliases; the limit is 30"),
        (aliases_in_fragments, 30, "31 aliases; the limit is 30"),
        (directives, 20, "21 directives; the limit is 20"),
        (operations, 30, "31 operations; the limit is 30"),
        (mutations, 5, "6 mutations; the limit is 5"),
        (mutations_in_fragments, 5, "6 mutations; the limit is 5"),
        (sign_ins, 1, "2 mutations that take a password, code or link; the limit is 1"),
        (sign_ins_in_a_fragment, 1, "2 mutations that take a password, code or link; the limit is 1"),
    ],
)
def test_the_limit_passes_and_one_more_is_refused_with_the_figure(document, most: int, what: str) -> None:
    assert verdict(document(most)) is None
    assert verdict(document(most + 1)) == what


def test_two_thousand_tokens_are_parsed_and_no_more() -> None:
    names = "{ viewer { " + "id " * 1994
    refused = "more than 2000 tokens; the limit is 2000"
    assert verdict(names + "} }") != refused
    assert verdict(names + "id id } }") == refused
    assert verdict("{ __typename }" + "# a comment\n" * 2000) == refused


def test_the_usual_introspection_query_is_within_the_limits() -> None:
    assert prepared(get_introspection_query()).introspects
    assert verdict(get_introspection_query()) is None
    assert not prepared("{ viewer { __typename } }").introspects


def test_the_mutations_that_guess_are_those_that_take_a_password_code_or_link() -> None:
    assert guessing_fields(schema._schema) == GUESSING


def spread_twice(levels: int) -> str:
    """Doubles with each level where fragments are walked at every spread."""
    fragments = [f"fragment f{level} on User {{ ...f{level + 1} ...f{level + 1} }}" for level in range(levels)]
    return "{ viewer { ...f0 } }" + " ".join(fragments) + f" fragment f{levels} on User {{ id }}"


def every_pair(fragments: int) -> str:
    """Fields of one name, compared in pairs by validation."""
    return "{" + "users { nodes { id } } " * fragments + "}"


SLOW = {
    "fragments that spread twice": spread_twice(45),
    "a fragment that spreads itself": "{ viewer { ...f } } fragment f on User { id ...f ...f }",
    "fragments in a circle": "{ viewer { ...f } } fragment f on User { ...g } fragment g on User { ...f }",
    "a chain of fragments": deep_in_fragments(170),
    "fields of one name": every_pair(280),
    "a field of one name": "{ viewer {" + "id " * 1990 + "} }",
    "users of one name": "{" + "users { totalCount } " * 480 + "}",
    "fragments of the same fields": "{ viewer {"
    + " ".join(f"...f{number}" for number in range(150))
    + "} }"
    + " ".join(f"fragment f{number} on User {{ id role {{ id }} }}" for number in range(150)),
    "inline fragments": "{ viewer " + "{ ... " * 190 + "{ id }" + "}" * 190 + " }",
    "braces": "{ a " * 660 + "}" * 660,
    "lists": "{ users(filter: {text: " + "[" * 1900 + "]" * 90 + "}) { totalCount } }",
    "unknown fields": "{" + " ".join(f"userz{number} {{ x }}" for number in range(400)) + "}",
    "a long name": "{ " + "a" * 95_000 + " }",
    "a long string": '{ user(id: "' + "a" * 95_000 + '") { id } }',
    "a long block string": '{ user(id: """' + "\n a" * 30_000 + '""") { id } }',
    "a long number": "{ users(first: " + "9" * 95_000 + ") { totalCount } }",
}


@pytest.mark.parametrize("name", SLOW)
def test_no_document_takes_a_quarter_of_a_second_to_prepare(name: str) -> None:
    """In pieces of reference work, for a machine that is busy takes longer for both."""
    prepared("{ __typename }")
    pieces = []
    for _ in range(3):
        with measured() as preparing:
            Documents(schema).prepare(SLOW[name])
        pieces.append(preparing.pieces)
    assert min(pieces) < MOST_PIECES


def test_too_many_fields_of_one_name_are_too_complex() -> None:
    assert verdict(every_pair(280)) == "more than 20000 comparisons of fields of one name; the limit is 20000"


def test_a_fragment_that_spreads_itself_is_refused_by_validation() -> None:
    [error] = prepared(SLOW["fragments in a circle"]).errors
    assert error.message == "Cannot spread fragment 'f' within itself via 'g'."
