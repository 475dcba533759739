"""Random queries that make as many errors as they can: one for each row, and under as many names as may be."""

from graphql import GraphQLField, GraphQLNamedType, GraphQLObjectType

from schema.execution.limits import MOST_ALIASES
from tests.schema.execution.costly_documents import GRAPHQL, CostlyDocuments

QUERY = GRAPHQL.type_map["Query"]
MAY_FAIL = ("actor", "target", "invitedBy", "avatarUrl")
"""The cheapest fields that fail: by who asks, or by what they are asked with."""

WRONG = ('(first: 101, after: "broken")', '(after: "broken")', "(first: 0)")


class CostlyErrors(CostlyDocuments):
    """`root`: the list that who asks may see."""

    def __init__(self, seed: int, root: str) -> None:
        super().__init__(seed, {})
        self._root_list, self._names_left = root, 0

    def _document(self) -> str:
        assert isinstance(QUERY, GraphQLObjectType)
        self._names_left = MOST_ALIASES
        return f"{{ {self._field(QUERY, self._root_list, self._random.randint(4, 6))} }}"

    def _selections(self, parent: GraphQLNamedType, levels: int) -> str:
        """What may fail is asked for again and again."""
        once = super()._selections(parent, levels)
        assert isinstance(parent, GraphQLObjectType)
        failing = [name for name in MAY_FAIL if name in parent.fields]
        copies = range(self._random.randint(self._names_left // 3, self._names_left) if failing else 0)
        self._names_left -= len(copies)
        names = [f"e{self._names_left + number}" for number in copies]
        again = [f"{name}: {self._field(parent, self._random.choice(failing), 1)}" for name in names]
        return " ".join([once.removesuffix("}"), *again, "}"])

    def _arguments(self, field: GraphQLField) -> str:
        if "size" in field.args:
            return f"(size: {self._random.choice((9, 513))})"
        if "after" in field.args and "filter" not in field.args and self._random.random() < 0.7:
            return self._random.choice(WRONG)
        return super()._arguments(field)

    def _some(self, names: list[str], most: int) -> list[str]:
        """Little that is right, so that there are points left for what is wrong."""
        return super()._some(names, min(most, 2))
