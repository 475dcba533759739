"""How a document becomes an answer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode

from models.unavailable import DatabaseUnavailable
from schema.context import Context
from schema.errors import CLIENTS_MISTAKES, BadUserInput, TooComplex, presented
from schema.execution.compiled.running import Unfit
from schema.execution.documents import Documents, Prepared
from schema.execution.interpreting import interpreted
from schema.execution.introspection import introspection_refused, may_introspect
from schema.execution.rules import Rules
from schema.execution.turns import Turns
from schema.root import schema

GRAPHQL = schema._schema
"""graphql-core's schema, which Strawberry has made."""

UNTRUSTED = Prepared(None, (BadUserInput("Only documents on the server's list of trusted documents are executed."),))

log = structlog.get_logger()


@dataclass(frozen=True)
class Answer:
    """The body of a response.

    `refused`: nothing was executed, so there is no `data`. `unavailable`: the database could not be asked.
    """

    body: dict[str, Any]
    refused: bool = False
    unavailable: bool = False


class Engine:
    """Executes documents; parsing and validation are remembered."""

    def __init__(self, rules: Rules | None = None, turns: Turns | None = None) -> None:
        self._rules, self._turns = rules or Rules(), turns or Turns()
        self._documents = Documents(schema)
        self.counts: Counter[str] = Counter()
        """How many operations ran `compiled` or `interpreted`, turned out `odd` and were interpreted after all, were
        `refused`: those whose variables do not fit after they were `interpreted`; or `put off` for being new.
        """

    async def prepared(self, source: str, origin: str | None = None) -> Prepared:
        """The document, at once if it is known; a new one when it has its turn among those that came from there.

        Raises TooManyNewDocuments.
        """
        if self._rules.trusted is not None and source not in self._rules.trusted:
            return UNTRUSTED
        known = self._documents.known(source)
        if known is not None:
            self._turns.known()
            return known
        await self._turns.wait(origin)
        known = self._documents.known(source)  # of two that wait with the same one, the second finds it
        if known is not None:
            return known
        with self._turns.spending():
            return self._documents.prepare(source)

    async def answer(
        self, prepared: Prepared, variables: dict[str, Any] | None, operation_name: str | None, context: Context
    ) -> Answer:
        reticent = not may_introspect(self._rules.introspection, context)
        if prepared.errors:
            return self._refused(prepared.errors, reticent=reticent)
        try:
            operation = self._admitted(prepared, operation_name, reticent=reticent)
        except GraphQLError as error:
            return self._refused([error])
        cost = prepared.cost(operation, variables)
        extensions = {"cost": {"requested": cost, "limit": self._rules.cost_limit}}
        if cost > self._rules.cost_limit:
            return self._refused([TooComplex("points of cost", cost, self._rules.cost_limit)], extensions=extensions)
        result = await self._execute(prepared, operation, variables, context)
        answer = finished(result, reticent=reticent, extensions=extensions)
        if answer.refused:
            self.counts["refused"] += 1
        return answer

    def _refused(self, errors: Sequence[GraphQLError], **more: Any) -> Answer:
        self.counts["refused"] += 1
        return refusal(errors, **more)

    def _admitted(self, prepared: Prepared, name: str | None, *, reticent: bool) -> OperationDefinitionNode:
        """The operation to execute. Raises GraphQLError where there is none, or the caller may not introspect."""
        if prepared.introspects and reticent:
            raise introspection_refused(self._rules.introspection)
        return prepared.operation(name)

    async def _execute(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        variables: dict[str, Any] | None,
        context: Context,
    ) -> ExecutionResult:
        """By the compiled plan where there is one; graphql-core does the rest, and whatever turns out odd."""
        result = await self._run_compiled(prepared, operation, variables, context)
        if result is not None:
            return result
        self.counts["interpreted"] += 1
        return await self._interpret(prepared, operation, variables, context)

    async def _interpret(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        variables: dict[str, Any] | None,
        context: Context,
    ) -> ExecutionResult:
        assert prepared.document is not None
        name = operation.name.value if operation.name else None
        return await interpreted(GRAPHQL, prepared.document, context, variables, name)

    async def _run_compiled(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        variables: dict[str, Any] | None,
        context: Context,
    ) -> ExecutionResult | None:
        """None where there is no plan, or something odd came up; for a query, running it again is harmless."""
        assert prepared.plans is not None
        try:
            plan = prepared.plans.of(operation, variables or {}, self._turns)
            if plan is None:
                return None
            result = await plan.run(context, variables or {})
        except DatabaseUnavailable:
            raise
        except Exception as error:
            self.counts["odd"] += 1
            _tell_odd(error)
            context.forget()
            return None
        self.counts["compiled"] += 1
        return result


def _tell_odd(error: Exception) -> None:
    """With its trace, unless it is a client's mistake, of which graphql-core tells the client."""
    if isinstance(error, Unfit | CLIENTS_MISTAKES):
        log.info("graphql.odd", error=type(error).__name__)
    else:
        log.warning("graphql.odd", error=type(error).__name__, exc_info=error)


def refusal(
    errors: Sequence[GraphQLError], *, reticent: bool = False, extensions: dict[str, Any] | None = None
) -> Answer:
    body: dict[str, Any] = {"errors": [presented(error, reticent=reticent) for error in errors]}
    return Answer(body | ({"extensions": extensions} if extensions else {}), refused=True)


def finished(result: ExecutionResult, *, reticent: bool, extensions: dict[str, Any]) -> Answer:
    """Errors without a path come from before the execution, as of variables that do not fit."""
    if not result.errors:
        return Answer({"data": result.data, "extensions": extensions})
    if result.data is None and not any(error.path for error in result.errors):
        return refusal(result.errors, reticent=reticent)
    errors = [presented(error, reticent=reticent) for error in result.errors]
    unavailable = any(isinstance(error.original_error, DatabaseUnavailable) for error in result.errors)
    return Answer({"errors": errors, "data": result.data, "extensions": extensions}, unavailable=unavailable)
