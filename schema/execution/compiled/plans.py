"""The compiled operations of one document."""

from typing import Any

from graphql import DocumentNode, OperationDefinitionNode
from strawberry import Schema

from schema.execution.compiled.operation import Operation, compiled, variables_of_directives
from schema.execution.compiled.selections import NotCovered

MOST = 16
"""A document has so many plans at most: one for each operation and values of the variables in its directives."""


class Plans:
    """Compiles at the second use: a document that comes once is not worth it."""

    def __init__(self, schema: Schema, document: DocumentNode) -> None:
        self._schema, self._document = schema, document
        self._deciding = variables_of_directives(document)
        self._plans: dict[tuple[Any, ...], Operation | None] = {}
        self._used = False

    def of(self, operation: OperationDefinitionNode, variables: dict[str, Any]) -> Operation | None:
        """The plan for these coerced variables; None where graphql-core executes the operation."""
        if not self._used:
            self._used = True
            return None
        deciding = {name: variables.get(name) for name in self._deciding}
        key = (operation.name.value if operation.name else None, *deciding.values())
        if key not in self._plans:
            if len(self._plans) >= MOST:
                return None
            self._plans[key] = self._compiled(operation, deciding)
        return self._plans[key]

    def _compiled(self, operation: OperationDefinitionNode, deciding: dict[str, Any]) -> Operation | None:
        try:
            return compiled(self._schema, self._document, operation, deciding)
        except NotCovered:
            return None
