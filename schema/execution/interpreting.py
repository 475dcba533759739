"""Executing by graphql-core, field by field: what no plan is made for, and whatever turned out odd."""

from inspect import isawaitable
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute
from strawberry.execution import optimized_is_awaitable

from schema.context import Context


async def interpreted(
    schema: GraphQLSchema,
    document: DocumentNode,
    context: Context,
    variables: dict[str, Any] | None,
    operation_name: str | None = None,
) -> ExecutionResult:
    result = execute(
        schema,
        document,
        context_value=context,
        variable_values=variables,
        operation_name=operation_name,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # Strawberry types it more loosely
    )
    return await result if isawaitable(result) else result
