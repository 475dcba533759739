"""An engine that answers every query twice, compiled and by graphql-core, and fails where the two differ."""

from typing import Any

import orjson
from graphql import ExecutionResult, OperationDefinitionNode, OperationType

from schema.context import Context
from schema.execution.documents import Prepared
from schema.execution.engine import Engine
from schema.execution.turns import Turns
from tests import statements


class BothWays(Engine):
    """What the tests of the whole server ask. While statements are counted, each query runs once, as it should."""

    def __init__(self) -> None:
        super().__init__(turns=Turns(clock=lambda: 0.0, used=lambda: 0.0))  # on which nothing takes any time
        self.compared = 0

    async def _execute(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        variables: dict[str, Any] | None,
        context: Context,
    ) -> ExecutionResult:
        if operation.operation is not OperationType.QUERY or statements.counting():
            return await super()._execute(prepared, operation, variables, context)
        assert prepared.plans is not None
        prepared.plans.of(operation, variables or {}, self._turns)  # once for nothing: plans are made at the second use
        before = self.counts["compiled"]
        result = await super()._execute(prepared, operation, variables, context)
        if self.counts["compiled"] > before:
            context.forget()
            other = await self._interpret(prepared, operation, variables, context)
            assert as_sent(result) == as_sent(other), operation.loc and operation.loc.source.body
            self.compared += 1
        return result


def as_sent(result: ExecutionResult) -> Any:
    """As the client sees it, but for the words of errors, which are chosen later."""
    return orjson.loads(orjson.dumps(result.formatted, default=str, option=orjson.OPT_UTC_Z))
