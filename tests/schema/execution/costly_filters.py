"""Random queries that count users by all conditions that there are, and that fail when most of it is done."""

from typing import Any, ClassVar
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, get_nullable_type

from schema.conditions import MOST_VALUES
from schema.ids import global_id
from services.user_conditions import MOST_WORDS
from tests.schema.execution.costly_documents import GRAPHQL, CostlyDocuments

VALUES: dict[str, Any] = {
    "Boolean": False,
    "DateTime": "2026-11-22T12:00:00Z",
    "ID": [global_id("Role", UUID(int=number)) for number in range(MOST_VALUES)],
    "String": " ".join(["f@l", *"123456789x"][: MOST_WORDS - 1]),
}
"""As many words as are looked for; the `@` asks first whether they are somebody's address."""

LATE = (
    'late: auditEvents(first: 1) { nodes { target { history(first: 1, after: "broken") { pageInfo { endCursor } } } } }'
)
"""An error three steps down, when everything else of a query is there: a compiled one is executed anew then."""


def whole(type: Any) -> Any:
    """A value of this type with everything that may be in it."""
    type = get_nullable_type(type)
    if isinstance(type, GraphQLList):
        return whole(type.of_type)
    if isinstance(type, GraphQLInputObjectType):
        return {name: whole(field.type) for name, field in type.fields.items()}
    return list(type.values) if isinstance(type, GraphQLEnumType) else VALUES[type.name]


FACETS = GRAPHQL.type_map["UserFacets"]


class CostlyFilters(CostlyDocuments):
    variables: ClassVar[dict[str, Any]] = {"filter": whole(GRAPHQL.type_map["UserFilter"])}

    def _document(self) -> str:
        """Totals and facets only: each is a statement with all conditions of the filter, and has no rows to pay for."""
        facets = self._random.sample(list(FACETS.fields), self._random.randint(1, 2))
        asked = f"totalCount facets {{ {' '.join(self._field(FACETS, name, 2) for name in facets)} }}"
        copies = range(self._random.randint(4, 28))
        parts = [f"a{number}: users(first: 1, filter: $filter) {{ {asked} }}" for number in copies]
        return "query ($filter: UserFilter) { " + " ".join([*parts, LATE]) + " }"
