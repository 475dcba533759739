"""How a document becomes an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, GraphQLError, execute
from strawberry.execution import optimized_is_awaitable

from schema.context import Context
from schema.errors import presented
from schema.execution.documents import Documents
from schema.root import schema

GRAPHQL = schema._schema
"""graphql-core's schema, which Strawberry has made."""


@dataclass(frozen=True)
class Answer:
    """The body of a response. `refused`: nothing was executed, so there is no `data`."""

    body: dict[str, Any]
    refused: bool = False


class Engine:
    """Executes documents; parsing and validation are remembered."""

    def __init__(self) -> None:
        self._documents = Documents(GRAPHQL)

    async def answer(
        self, source: str, variables: dict[str, Any] | None, operation_name: str | None, context: Context
    ) -> Answer:
        prepared = self._documents.get(source)
        if prepared.errors or prepared.document is None:
            return refusal(prepared.errors)
        try:
            prepared.operation(operation_name)
        except GraphQLError as error:
            return refusal([error])
        result = execute(
            GRAPHQL,
            prepared.document,
            context_value=context,
            variable_values=variables,
            operation_name=operation_name,
            is_awaitable=optimized_is_awaitable,
        )
        return finished(await result if isawaitable(result) else result)


def refusal(errors: Sequence[GraphQLError]) -> Answer:
    return Answer({"errors": [presented(error) for error in errors]}, refused=True)


def finished(result: ExecutionResult) -> Answer:
    """Errors without a path come from before the execution, as of variables that do not fit."""
    if not result.errors:
        return Answer({"data": result.data})
    errors = [presented(error) for error in result.errors]
    if result.data is None and not any(error.path for error in result.errors):
        return Answer({"errors": errors}, refused=True)
    return Answer({"errors": errors, "data": result.data})
