"""The compiled operations of one document."""

from typing import Any

from graphql import BooleanValueNode, DocumentNode, OperationDefinitionNode, VariableNode
from strawberry import Schema

from schema.execution.compiled.operation import Operation, compiled
from schema.execution.compiled.selections import NotCovered
from schema.execution.turns import Turns

MOST = 16
"""A document has so many plans at most: one for each operation and values of the variables in its directives."""


class Plans:
    """Compiles at the second use: a document that comes once is not worth it."""

    def __init__(self, schema: Schema, document: DocumentNode) -> None:
        self._schema, self._document = schema, document
        self._deciding = _variables_of_directives(document)
        self._plans: dict[tuple[Any, ...], Operation | None] = {}
        self._used = False

    def of(self, operation: OperationDefinitionNode, given: dict[str, Any], turns: Turns) -> Operation | None:
        """The plan for these variables, compiled on the account of new documents if there is time on it.

        None where graphql-core executes the operation.
        """
        if not self._used:
            self._used = True
            return None
        deciding = self._decisions(operation, given) if self._deciding else {}
        key = (id(operation), *deciding.values())
        if key not in self._plans:
            if len(self._plans) >= MOST or not all(isinstance(value, bool) for value in deciding.values()):
                return None
            if not turns.has_time():
                return None
            self._plans[key] = None  # what breaks the compiler breaks it once
            with turns.spending():
                self._plans[key] = self._compiled(operation, deciding)
        return self._plans[key]

    def _decisions(self, operation: OperationDefinitionNode, given: dict[str, Any]) -> dict[str, Any]:
        """Values of the variables that decide what is selected: each operation's own, or its defaults."""
        defaults = {
            definition.variable.name.value: definition.default_value.value
            for definition in operation.variable_definitions or ()
            if isinstance(definition.default_value, BooleanValueNode)
        }
        own = [d.variable.name.value for d in operation.variable_definitions or ()]
        return {name: given.get(name, defaults.get(name)) for name in self._deciding if name in own}

    def _compiled(self, operation: OperationDefinitionNode, deciding: dict[str, Any]) -> Operation | None:
        try:
            return compiled(self._schema, self._document, operation, deciding)
        except NotCovered:
            return None


def _variables_of_directives(document: DocumentNode) -> tuple[str, ...]:
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
