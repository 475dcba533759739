"""Documents, parsed and validated once. A flood of new ones cannot wash out those that clients really use."""

from collections import OrderedDict
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    Source,
    parse,
    validate,
)

MOST_TOKENS = 2000
MOST_ERRORS = 5
SERVED = (OperationType.QUERY, OperationType.MUTATION)


@dataclass(frozen=True)
class Prepared:
    """A document that may be executed, or the reasons why not."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to execute. Raises GraphQLError where the name fits none, or is missing among several."""
        assert self.document is not None
        found = [node for node in self.document.definitions if isinstance(node, OperationDefinitionNode)]
        named = [node for node in found if name is None or (node.name is not None and node.name.value == name)]
        if len(named) != 1:
            raise GraphQLError(f"There is no operation named {name}." if name else "Name the operation to execute.")
        if named[0].operation not in SERVED:
            raise GraphQLError("Subscriptions are not served.")
        return named[0]


def prepare(schema: GraphQLSchema, source: str) -> Prepared:
    try:
        document = parse(Source(source), no_location=False, max_tokens=MOST_TOKENS)
    except GraphQLSyntaxError as error:
        return Prepared(None, (error,))
    except RecursionError:
        return Prepared(None, (GraphQLError("The document is nested too deeply."),))
    return Prepared(document, tuple(validate(schema, document, max_errors=MOST_ERRORS)))


class Documents:
    """A cache in two parts: what was asked once is on probation, what was asked again is kept."""

    def __init__(self, schema: GraphQLSchema, *, kept: int = 512, probation: int = 128) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, Prepared] = OrderedDict()
        self._probation: OrderedDict[str, Prepared] = OrderedDict()
        self._most_kept, self._most_on_probation = kept, probation

    def get(self, source: str) -> Prepared:
        if (known := self._kept.get(source)) is not None:
            self._kept.move_to_end(source)
            return known
        if (seen := self._probation.pop(source, None)) is not None:
            self._kept[source] = seen
            if len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)
            return seen
        prepared = self._probation[source] = prepare(self._schema, source)
        if len(self._probation) > self._most_on_probation:
            self._probation.popitem(last=False)
        return prepared
