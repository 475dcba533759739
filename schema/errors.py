"""Top-level errors: which there are, and how an exception becomes one. A bug is masked and gets an id for the log."""

from typing import Any
from uuid import uuid4

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from models.unavailable import DatabaseUnavailable
from schema.notation import in_graphql_terms
from services.paging import BadPage
from services.refusals import Refusal

log = structlog.get_logger()

RETICENT = "The document or its variables do not fit the schema; only callers who may read the schema are told how."
MASKED = "Something went wrong on our side."
CLIENTS_MISTAKES = Refusal | BadPage | GraphQLError
"""What services and resolvers raise where nothing is wrong with us."""
SESSION_OVER = "The token is of no live session: the session has ended, or the token is unknown. Sign in again."
BUSY = "The service cannot answer just now; try again in a moment."


class BadUserInput(GraphQLError):
    """An argument of a query that cannot be used."""

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": "BAD_USER_INPUT"})


class Unauthenticated(GraphQLError):
    """The request has no valid session."""

    def __init__(self, message: str = "Sign in first.") -> None:
        super().__init__(message, extensions={"code": "UNAUTHENTICATED"})


class TooComplex(GraphQLError):
    """A document holds more of something than it may; `found` is None where counting stopped."""

    def __init__(self, what: str, found: int | None, most: int) -> None:
        has = f"has more than {most}" if found is None else f"has {found}"
        message = f"The operation is too complex: it {has} {what}; the limit is {most}."
        super().__init__(message, extensions={"code": "QUERY_TOO_COMPLEX"})


def presented(error: GraphQLError, *, reticent: bool = False) -> dict[str, Any]:
    """The error as the client gets it: with a code always, without a word about our inside.

    `reticent`: the client may not read the schema, and graphql-core's words would tell its names.
    """
    cause = error.original_error
    if isinstance(cause, Refusal):
        return _formatted(error, cause.message, cause.code.value)
    if isinstance(cause, BadPage):
        return _formatted(error, str(cause), "BAD_USER_INPUT")
    if isinstance(cause, DatabaseUnavailable):
        log.warning("database.unavailable", path=error.path, reason=str(cause))
        return _formatted(error, BUSY, "INTERNAL")
    if cause is None or (isinstance(cause, GraphQLError) and not _of_an_answer(error, cause)):
        code = (error.extensions or {}).get("code")
        tells = reticent and code is None and not isinstance(error, GraphQLSyntaxError)
        return _formatted(error, RETICENT if tells else in_graphql_terms(error), code or "BAD_USER_INPUT")
    error_id = uuid4().hex
    log.error("graphql.bug", error_id=error_id, path=error.path, exc_info=cause)
    return _formatted(error, MASKED, "INTERNAL", errorId=error_id)


def _of_an_answer(error: GraphQLError, cause: GraphQLError) -> bool:
    """Whether a value of ours does not fit its type. graphql-core has words for that, but it is no client's mistake.

    Errors of arguments, which come during the execution too, name their nodes; errors that we raise have a code.
    """
    return error.path is not None and cause.nodes is None and "code" not in (cause.extensions or {})


def _formatted(error: GraphQLError, message: str, code: str, **more: Any) -> dict[str, Any]:
    formatted: dict[str, Any] = {"message": message}
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    return formatted | {"extensions": {**(error.extensions or {}), "code": code, **more}}
