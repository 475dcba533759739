"""Top-level errors: which there are, and how an exception becomes one. A bug is masked and gets an id for the log."""

from typing import Any
from uuid import uuid4

import structlog
from graphql import GraphQLError

from services.paging import BadPage
from services.refusals import Refusal

log = structlog.get_logger()


class BadUserInput(GraphQLError):
    """An argument of a query that cannot be used."""

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": "BAD_USER_INPUT"})


class Unauthenticated(GraphQLError):
    """The request has no valid session."""

    def __init__(self) -> None:
        super().__init__("Sign in first.", extensions={"code": "UNAUTHENTICATED"})


def presented(error: GraphQLError) -> dict[str, Any]:
    """The error as the client gets it: with a code always, without a word about our inside."""
    cause = error.original_error
    if isinstance(cause, Refusal):
        return _formatted(error, cause.message, cause.code.value)
    if isinstance(cause, BadPage):
        return _formatted(error, str(cause), "BAD_USER_INPUT")
    if cause is None or isinstance(cause, GraphQLError):
        code = (error.extensions or {}).get("code") or "BAD_USER_INPUT"
        return _formatted(error, error.message, code)
    error_id = uuid4().hex
    log.error("graphql.bug", error_id=error_id, path=error.path, exc_info=cause)
    return _formatted(error, "Something went wrong on our side.", "INTERNAL", errorId=error_id)


def _formatted(error: GraphQLError, message: str, code: str, **more: Any) -> dict[str, Any]:
    formatted: dict[str, Any] = {"message": message}
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    return formatted | {"extensions": {**(error.extensions or {}), "code": code, **more}}
