"""The fields that an operation selects of an object type, with fragments and directives resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
)

Selected = dict[str, list[FieldNode]]
"""The nodes of each response key, in the order of the answer."""


MOST_FIELDS = 5_000
"""Fields that are looked at for one plan, with fragments spread out: more would hold a worker while it is made."""


class NotCovered(Exception):
    """The compiler leaves this operation to graphql-core."""


@dataclass
class Selections:
    """Resolves selections for one set of values of those variables that directives read."""

    schema: GraphQLSchema
    document: DocumentNode
    variables: Mapping[str, Any]
    fragments: dict[str, FragmentDefinitionNode] = field(init=False)
    _seen: int = 0

    def __post_init__(self) -> None:
        definitions = self.document.definitions
        self.fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}

    def of(self, type: GraphQLObjectType, sets: list[SelectionSetNode]) -> Selected:
        """Raises NotCovered where all that was asked for together is too much."""
        selected: Selected = {}
        visited: set[str] = set()
        for selection_set in sets:
            self._collect(type, selection_set, selected, visited)
        return selected

    def _count(self) -> None:
        self._seen += 1
        if self._seen > MOST_FIELDS:
            raise NotCovered("so many fields")

    def _collect(
        self, type: GraphQLObjectType, selection_set: SelectionSetNode, selected: Selected, visited: set[str]
    ) -> None:
        for node in selection_set.selections:
            if not self._included(node.directives):
                continue
            self._count()
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                selected.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if _applies(node.type_condition.name.value if node.type_condition else None, type):
                    self._collect(type, node.selection_set, selected, visited)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in visited:
                visited.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if _applies(fragment.type_condition.name.value, type):
                    self._collect(type, fragment.selection_set, selected, visited)

    def _included(self, directives: tuple[DirectiveNode, ...] | None) -> bool:
        for directive in directives or ():
            condition = directive.arguments[0].value if directive.arguments else None
            if isinstance(condition, VariableNode):
                value = self.variables[condition.name.value]
            else:
                value = getattr(condition, "value", None)
            if not isinstance(value, bool) or directive.name.value not in ("skip", "include"):
                raise NotCovered(directive.name.value)
            if value is (directive.name.value == "skip"):
                return False
        return True


def _applies(condition: str | None, type: GraphQLObjectType) -> bool:
    return condition is None or condition == type.name or condition in {known.name for known in type.interfaces}
