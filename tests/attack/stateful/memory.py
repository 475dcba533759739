"""What answers have contained, by where in the schema it came from: a walk feeds its next questions from it."""

import json
from collections import defaultdict
from typing import Any

from graphql import GraphQLSchema, get_named_type, get_nullable_type, is_abstract_type, is_leaf_type, is_list_type

MOST = 300
BY_CHANCE = ("id", "cursor", "startCursor", "endCursor", "token", "secret", "otpauthUri", "recoveryCodes", "avatarUrl")
"""Made by chance: what is sorted by them would be sorted anew in every run of the same seed."""


class Memory:
    """`hidden`: the id of somebody whom the walk is not to meet, with all that belongs to that account."""

    def __init__(self, schema: GraphQLSchema, hidden: str) -> None:
        self._schema, self._hidden = schema, hidden
        self._found: dict[str, dict[Any, None]] = defaultdict(dict)
        self.versions: dict[str, int] = {}
        """The newest that was seen of each user."""
        self.users: list[dict[str, Any]] = []
        """Every user that was shown since `seen` was asked last."""

    def take_in(self, type: Any, value: Any) -> None:
        """An object, or a list of them, as an answer had it."""
        if value is None:
            return
        if is_list_type(get_nullable_type(type)):
            for item in sorted(value, key=_content):
                self.take_in(get_nullable_type(type).of_type, item)
        elif not is_leaf_type(get_named_type(type)):
            self._object(get_named_type(type), value)

    def _object(self, type: Any, value: dict[str, Any]) -> None:
        if value.get("id") == self._hidden:
            return
        if is_abstract_type(type):
            type = self._schema.type_map[value["__typename"]]
        if type.name == "User":
            self._user(value)
        if type.name == "Role" and not value["builtIn"]:
            self.remember("own role", "", value["id"])
        if "kind" in value and "token" in value:
            self.remember(value["kind"], type.name, value["token"])
        for key, item in value.items():
            if key != "__typename":
                self._field(type, key, item)

    def _user(self, value: dict[str, Any]) -> None:
        self.versions[value["id"]] = value["version"]
        self.users.append(value)
        if value.get("lockout") is not None:
            self.remember("locked out", "", value["email"])
        for each in value.get("viewerActions") or ():
            if each["code"] in ("NOT_INVITED", "NOT_ACTIVE"):
                self._found[each["action"]].pop(value["id"], None)
            self.remember(each["action"], "", value["id"] if each["allowed"] else None)

    def _field(self, type: Any, name: str, value: Any) -> None:
        made = type.fields[name].type
        if is_leaf_type(get_named_type(made)):
            for item in value if isinstance(value, list) else [value]:
                self.remember(f"{type.name}.{name}", get_named_type(made).name, item)
        self.take_in(made, value)

    def remember(self, coordinate: str, scalar: str, value: Any) -> None:
        """Under where it came from, under the field's name alone, and under its scalar's; at its first place."""
        if value is None:
            return
        for key in (coordinate, coordinate.rpartition(".")[2], scalar):
            known = self._found[key]
            known.setdefault(value)
            if len(known) > MOST:
                del known[next(iter(known))]

    def known(self, key: str) -> list[Any]:
        """Oldest first: of a coordinate (`User.id`), a field's name, or a scalar's; of a value of UserAction, ids of
        users for whom that was allowed, as far as it goes by their status; of a kind of challenge, their tokens; of a
        link's path, its tokens; of `own role`, ids of roles that are not built in; of
        `locked out`, addresses of users who were.
        """
        return list(self._found.get(key, ()))

    def seen(self) -> list[dict[str, Any]]:
        users, self.users = self.users, []
        return users


def _content(item: Any) -> str:
    """What an item of a list says, without what was made by chance."""
    return json.dumps(_said(item), sort_keys=True)


def _said(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _said(value) for key, value in item.items() if key not in BY_CHANCE and not key.endswith("Id")}
    return [_said(value) for value in item] if isinstance(item, list) else item
