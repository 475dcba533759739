"""Random mutations whose payloads cost nearly as much as may be."""

from itertools import count

from graphql import GraphQLField, GraphQLInputField, GraphQLInputObjectType, get_named_type, is_required_input_field

from schema.execution.limits import MOST_MUTATIONS
from tests.schema.execution.costly_documents import GRAPHQL, CostlyDocuments
from tests.world import PASSWORD

WORDS = {"password": PASSWORD, "currentPassword": PASSWORD, "timezone": "Europe/Berlin", "phoneNumber": "+14155550132"}
OF_TYPES = {"Int": "30", "Boolean": "true", "Permission": "[USERS_READ]"}


class CostlyMutations(CostlyDocuments):
    """`people` are the global ids of users who may be changed."""

    def __init__(self, seed: int, ids: dict[str, str], people: list[str]) -> None:
        super().__init__(seed, ids)
        self._people, self._new = people, count()

    def _document(self) -> str:
        fields = GRAPHQL.mutation_type.fields  # type: ignore[union-attr]
        names = self._random.choices(list(fields), k=self._random.randint(1, MOST_MUTATIONS))
        levels = self._random.randint(3, 7)
        return (
            "mutation { "
            + " ".join(f"a{n}: {self._call(fields[name], name, levels)}" for n, name in enumerate(names))
            + " }"
        )

    def _call(self, field: GraphQLField, name: str, levels: int) -> str:
        payload = self._selections(get_named_type(field.type), levels)
        if "input" not in field.args:
            return f"{name} {payload}"
        input = get_named_type(field.args["input"].type)
        assert isinstance(input, GraphQLInputObjectType)
        given = [f"{key}: {self._value(key, made, name)}" for key, made in input.fields.items() if self._given(made)]
        return f"{name}(input: {{ {', '.join(given)} }}) {payload}"

    def _given(self, field: GraphQLInputField) -> bool:
        return is_required_input_field(field) or self._random.random() < 0.3

    def _value(self, name: str, field: GraphQLInputField, mutation: str) -> str:
        type = get_named_type(field.type).name
        if type == "ID":
            role = name == "roleId" or (mutation.endswith("Role") and mutation != "changeUserRole")
            return f'"{self._ids["Role"] if role else self._random.choice(self._people)}"'
        if name == "email":
            return f'"new{next(self._new)}@example.org"'
        return OF_TYPES.get(type) or f'"{WORDS.get(name, f"word {next(self._new)} of some length")}"'
