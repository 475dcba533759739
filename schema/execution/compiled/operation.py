"""A compiled query, run with the variables of one request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)
from strawberry import Schema

from schema.context import Context
from schema.execution.compiled.arguments import Values, Variables
from schema.execution.compiled.compiler import Compiler, FieldCall
from schema.execution.compiled.inputs import Inputs
from schema.execution.compiled.running import FieldInfo, Odd, Run, Unfit
from schema.execution.compiled.selections import NotCovered, Selections
from schema.execution.interpreting import interpreted

MOST_REMEMBERED, LONGEST_REMEMBERED = 8, 400
"""Variables whose arguments an operation keeps: so many, of so many bytes at most."""


@dataclass(frozen=True)
class Rest:
    """The fields of a query that graphql-core executes beside its plan, as an operation of their own."""

    schema: GraphQLSchema
    document: DocumentNode

    async def answered(self, context: Context, given: Values) -> tuple[dict[str, Any], list[GraphQLError] | None]:
        """Their part of the `data`, and its errors. An error that concerns the whole answer is odd."""
        result = await interpreted(self.schema, self.document, context, given)
        if result.data is None:
            raise Odd
        return result.data, result.errors


@dataclass(frozen=True)
class Operation:
    """A compiled query."""

    root: Callable[[Any, Run], dict[str, Any]]
    variables: Variables
    calls: tuple[FieldCall, ...]
    rest: Rest | None
    _known: dict[bytes, list[Values]] = field(default_factory=dict)

    async def run(self, context: Context, given: Values) -> ExecutionResult:
        """Raises whatever is odd; nothing was changed, for queries change nothing."""
        run = Run(
            context=context,
            info=FieldInfo(context),
            arguments=self._arguments(given),
            infos=[FieldInfo(context, call.columns, call.selected) for call in self.calls],
        )
        try:
            data = self.root(None, run)
            await run.settle()
            if self.rest is None:
                return ExecutionResult(data, None)
            beside, errors = await self.rest.answered(context, given)
            return ExecutionResult(data | beside, errors)
        except BaseException:
            run.abandon()
            raise

    def _arguments(self, given: Values) -> list[Values]:
        """Of each call. Pages ask the same again and again, so they are remembered; nobody changes them."""
        asked = _written(given)
        if asked is not None and asked in self._known:
            return self._known[asked]
        arguments = self._fitted(given)
        if asked is not None and len(asked) <= LONGEST_REMEMBERED:
            if len(self._known) == MOST_REMEMBERED:
                self._known.clear()
            self._known[asked] = arguments
        return arguments

    def _fitted(self, given: Values) -> list[Values]:
        try:
            values = self.variables.of(given)
            return [call.arguments.of(values) for call in self.calls]
        except Exception as error:
            raise Unfit from error


def _written(given: Values) -> bytes | None:
    """None for what orjson cannot write: half a surrogate pair, a number beyond 64 bits."""
    try:
        return orjson.dumps(given)
    except orjson.JSONEncodeError:
        return None


def compiled(schema: Schema, document: DocumentNode, operation: OperationDefinitionNode, deciding: Values) -> Operation:
    """`deciding`: the variables in directives. Raises NotCovered for what the compiler leaves to graphql-core."""
    graphql: GraphQLSchema = schema._schema
    if operation.operation is not OperationType.QUERY or graphql.query_type is None:
        raise NotCovered(operation.operation.value)
    inputs = Inputs(schema.schema_converter)
    variables = Variables(graphql, inputs, operation)
    selections = Selections(graphql, document, deciding)
    compiler = Compiler(selections, inputs)
    root, fields = compiler.root(graphql.query_type, [operation.selection_set])
    rest = Rest(graphql, _of_these(operation, fields, selections)) if fields else None
    return Operation(compiler.program.names[root], variables, tuple(compiler.calls), rest)


def _of_these(operation: OperationDefinitionNode, fields: list[FieldNode], selections: Selections) -> DocumentNode:
    """A document with the operation, which asks for these fields only, and all fragments."""
    asking = OperationDefinitionNode(
        operation=operation.operation,
        variable_definitions=operation.variable_definitions,
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    return DocumentNode(definitions=(asking, *selections.fragments.values()))
