"""A query, compiled: variables in, answer out."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
)
from graphql.execution.values import get_argument_values
from strawberry import Schema
from strawberry.types.arguments import convert_arguments

from schema.context import Context
from schema.execution.compiled.compiler import Compiled, Compiler, FieldCall
from schema.execution.compiled.running import FieldInfo, Run
from schema.execution.compiled.selections import NotCovered, Selections


@dataclass(frozen=True)
class Operation:
    """A compiled query."""

    schema: Schema
    root: Compiled
    calls: tuple[FieldCall, ...]
    document: DocumentNode

    async def run(self, context: Context, variables: Any) -> dict[str, Any]:
        """The `data` of the answer. Raises whatever is odd; nothing was changed, for queries change nothing."""
        info = FieldInfo(context)
        run = Run(
            context=context,
            info=info,
            arguments=[self._arguments(call, variables) for call in self.calls],
            infos=[FieldInfo(context, call.columns) for call in self.calls],
        )
        try:
            data: dict[str, Any] = self.root(None, run)
            await run.settle()
        except BaseException:
            run.abandon()
            raise
        return data

    def _arguments(self, call: FieldCall, variables: Any) -> dict[str, Any]:
        values = get_argument_values(call.definition, call.node, variables)
        converter = self.schema.schema_converter
        return convert_arguments(
            values, call.strawberry.arguments, scalar_registry=converter.scalar_registry, config=converter.config
        )


def compiled(
    schema: Schema, document: DocumentNode, operation: OperationDefinitionNode, directive_values: dict[str, Any]
) -> Operation:
    """Raises NotCovered for mutations and for whatever the compiler leaves to graphql-core."""
    graphql: GraphQLSchema = schema._schema
    if operation.operation is not OperationType.QUERY or graphql.query_type is None:
        raise NotCovered(operation.operation.value)
    compiler = Compiler(Selections(document, directive_values))
    root = compiler.object(graphql.query_type, [operation.selection_set])
    names = compiler.program.names
    return Operation(schema, names[root], tuple(compiler.program.calls), document)


def variables_of_directives(document: DocumentNode) -> tuple[str, ...]:
    """The names of the variables that decide what is selected."""
    names: set[str] = set()
    pending: list[Any] = list(document.definitions)
    while pending:
        node = pending.pop()
        for directive in getattr(node, "directives", None) or ():
            names.update(a.value.name.value for a in directive.arguments if isinstance(a.value, VariableNode))
        selection_set = getattr(node, "selection_set", None)
        pending += selection_set.selections if selection_set else ()
    return tuple(sorted(names))
