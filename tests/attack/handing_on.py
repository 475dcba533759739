"""What answers have given, handed on to later requests: schemathesis' own stateful phase knows OpenAPI only."""

import base64
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any

import graphql

MOST = 20
"""Ids of each kind that are kept, the newest ones."""

SPARED = "spared"
"""The file, in the folder of the attempt, with the id of the administrator: what ends them would end the attempt."""

SESSION = "Session"
"""Whose ids are not handed on: one of them is the session of whoever asks."""


def kind_of(text: str) -> str | None:
    """`User` of a user's id; None of what is no global id. schemathesis' environment lacks what `schema.ids` needs."""
    try:
        kind, colon, _ = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_").decode("ascii").partition(":")
    except ValueError:
        return None
    return kind if colon and kind.isidentifier() else None


class Memory:
    """Ids by kind, and the newest version of each record, as answers have told them. `spared`: who asks."""

    def __init__(self, spared: str = "") -> None:
        self._spared = spared
        self.ids: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=MOST))
        self.versions: dict[str, int] = {}

    def learn(self, answer: Any) -> None:
        for found in _objects(answer):
            id, version = found.get("id"), found.get("version")
            kind = kind_of(id) if isinstance(id, str) and id != self._spared else None
            if kind is not None and kind != SESSION:
                if id not in self.ids[kind]:
                    self.ids[kind].append(id)
                if isinstance(version, int):
                    self.versions[id] = version

    def hand_on(self, document: str, luck: int) -> str:
        """The document with ids of the same kinds that came from answers, and with the versions of those records."""
        return graphql.print_ast(graphql.visit(graphql.parse(document), _Putting(self, luck)))


class _Putting(graphql.Visitor):
    def __init__(self, memory: Memory, luck: int) -> None:
        super().__init__()
        self._memory, self._luck = memory, luck

    def enter_string_value(self, node: graphql.StringValueNode, *place: Any) -> Any:
        kind = kind_of(node.value)
        known = self._memory.ids.get(kind) if kind is not None else None
        return graphql.StringValueNode(value=known[self._luck % len(known)], block=False) if known else None

    def leave_object_value(self, node: graphql.ObjectValueNode, *place: Any) -> Any:
        """The input of a mutation: `expectedVersion` beside the id of what it changes."""
        values = {field.name.value: field.value for field in node.fields}
        version = self._memory.versions.get(getattr(values.get("id"), "value", ""))
        if version is None or not isinstance(values.get("expectedVersion"), graphql.IntValueNode):
            return None
        fields = [field for field in node.fields if field.name.value != "expectedVersion"]
        newest = graphql.ObjectFieldNode(
            name=graphql.NameNode(value="expectedVersion"), value=graphql.IntValueNode(value=str(version))
        )
        return graphql.ObjectValueNode(fields=(*fields, newest))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(each)
