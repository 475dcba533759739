"""Documents, parsed and validated once. A flood of new ones cannot wash out those that clients really use."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry import Schema

from schema.errors import BadUserInput, TooComplex
from schema.execution.compiled.plans import Plans
from schema.execution.cost import Costs
from schema.execution.limits import MOST_NESTING, MOST_TOKENS, check_limits, guessing_fields
from schema.execution.source import IndexedSource

MOST_ERRORS = 5
LONGEST_KEPT = 20_000
"""Letters. What is longer is mostly blanks and comments, for its tokens are few, and would fill the memory if kept."""

SERVED = (OperationType.QUERY, OperationType.MUTATION)

MOST_COMPARISONS = 20_000
"""graphql-core compares fields of one name in pairs, for up to a second; this ends it long before."""

overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = MOST_COMPARISONS


@dataclass(frozen=True)
class Prepared:
    """A document that may be executed, or the reasons why not."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    introspects: bool = False
    costs: Costs | None = None
    plans: Plans | None = None
    operations: Mapping[str | None, OperationDefinitionNode] = field(default_factory=dict)
    """By name; the only one of a document also under None. Empty where nothing may be executed."""

    def has(self, name: str | None) -> bool:
        """Whether the document may be executed and has an operation of this name."""
        return name is not None and name in self.operations

    def changes(self, name: str | None) -> bool:
        """Whether the operation of this name is a mutation."""
        found = self.operations.get(name)
        return found is not None and found.operation is OperationType.MUTATION

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to execute. Raises GraphQLError where the name fits none, or is missing among several."""
        found = self.operations.get(name)
        if found is None:
            raise BadUserInput(f"There is no operation named {name}." if name else "Name the operation to execute.")
        if found.operation not in SERVED:
            raise BadUserInput("Subscriptions are not served.")
        return found

    def cost(self, operation: OperationDefinitionNode, variables: Mapping[str, Any] | None) -> int:
        """In points; see `sizes`."""
        assert self.costs is not None
        return self.costs.of(operation, variables)


def prepare(schema: Schema, source: str, guessing: frozenset[str]) -> Prepared:
    """Parses, then counts, then validates: validation is bounded only for what the limits let through."""
    graphql = schema._schema
    try:
        document = parse(IndexedSource(source), no_location=False, max_tokens=MOST_TOKENS)
        introspects = check_limits(document, guessing)
        errors = validate(graphql, document, max_errors=MOST_ERRORS)
    except (GraphQLSyntaxError, TooComplex) as error:
        return Prepared(None, (_in_our_words(error),))
    except RecursionError:
        return Prepared(None, (TooComplex("levels of braces", None, MOST_NESTING),))
    if errors:
        return Prepared(None, tuple(_in_our_words(error) for error in errors))
    operations = _by_name(document)
    return Prepared(document, (), introspects, Costs(graphql, document), Plans(schema, document), operations)


def _by_name(document: DocumentNode) -> dict[str | None, OperationDefinitionNode]:
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    named: dict[str | None, OperationDefinitionNode] = {node.name.value: node for node in found if node.name}
    return named | ({None: found[0]} if len(found) == 1 else {})


def _in_our_words(error: GraphQLError) -> GraphQLError:
    """graphql-core's own limits have no class or code, only their words."""
    if "nested too deeply" in error.message:
        return TooComplex("levels of braces", None, MOST_NESTING)
    if error.message.startswith("Syntax Error: Document contains more than"):
        return TooComplex("tokens", None, MOST_TOKENS)
    if error.message == "Validation aborted.":
        return TooComplex("comparisons of fields of one name", None, MOST_COMPARISONS)
    return error


class Documents:
    """A cache in two parts: what was asked once is on probation, what was asked again is kept."""

    def __init__(self, schema: Schema, *, kept: int = 512, probation: int = 128) -> None:
        self._schema, self._guessing = schema, guessing_fields(schema._schema)
        self._kept: OrderedDict[str, Prepared] = OrderedDict()
        self._probation: OrderedDict[str, Prepared] = OrderedDict()
        self._most_kept, self._most_on_probation = kept, probation

    def known(self, source: str) -> Prepared | None:
        """The document, if it was asked before."""
        if (known := self._kept.get(source)) is not None:
            self._kept.move_to_end(source)
            return known
        if (seen := self._probation.pop(source, None)) is not None:
            self._kept[source] = seen
            if len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)
        return seen

    def prepare(self, source: str) -> Prepared:
        """A document that is new."""
        prepared = prepare(self._schema, source, self._guessing)
        if len(source) > LONGEST_KEPT:
            return prepared
        self._probation[source] = prepared
        if len(self._probation) > self._most_on_probation:
            self._probation.popitem(last=False)
        return prepared
