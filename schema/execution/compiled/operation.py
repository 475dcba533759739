"""A compiled query, run with the variables of one request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, OperationType
from strawberry import Schema

from schema.context import Context
from schema.execution.compiled.arguments import Values, Variables
from schema.execution.compiled.compiler import Compiler, FieldCall
from schema.execution.compiled.inputs import Inputs
from schema.execution.compiled.running import FieldInfo, Run
from schema.execution.compiled.selections import NotCovered, Selections


@dataclass(frozen=True)
class Operation:
    """A compiled query."""

    root: Callable[[Any, Run], dict[str, Any]]
    variables: Variables
    calls: tuple[FieldCall, ...]

    async def run(self, context: Context, given: Values) -> dict[str, Any]:
        """The `data` of the answer. Raises whatever is odd; nothing was changed, for queries change nothing."""
        values = self.variables.of(given)
        run = Run(
            context=context,
            info=FieldInfo(context),
            arguments=[call.arguments.of(values) for call in self.calls],
            infos=[FieldInfo(context, call.columns) for call in self.calls],
        )
        try:
            data = self.root(None, run)
            await run.settle()
        except BaseException:
            run.abandon()
            raise
        return data


def compiled(schema: Schema, document: DocumentNode, operation: OperationDefinitionNode, deciding: Values) -> Operation:
    """`deciding`: the variables in directives. Raises NotCovered for what the compiler leaves to graphql-core."""
    graphql: GraphQLSchema = schema._schema
    if operation.operation is not OperationType.QUERY or graphql.query_type is None:
        raise NotCovered(operation.operation.value)
    inputs = Inputs(schema.schema_converter)
    variables = Variables(graphql, inputs, operation)
    compiler = Compiler(Selections(document, deciding), inputs)
    root = compiler.object(graphql.query_type, [operation.selection_set])
    return Operation(compiler.program.names[root], variables, tuple(compiler.calls))
