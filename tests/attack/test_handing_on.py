"""What schemathesis is told of earlier answers."""

from uuid import UUID

import pytest

from schema.ids import global_id
from tests.attack.handing_on import MOST, Memory, kind_of

OLD, NEW = (global_id("User", UUID(int=number)) for number in (1, 2))
ROLE = global_id("Role", UUID(int=3))


@pytest.mark.parametrize(("text", "kind"), [(NEW, "User"), (ROLE, "Role"), ("", None), ("Ægir", None), ("abcd", None)])
def test_ids_tell_their_kind(text: str, kind: str | None) -> None:
    assert kind_of(text) == kind


def test_an_id_that_an_answer_gave_takes_the_place_of_one_of_its_kind_with_its_version() -> None:
    memory = Memory()
    memory.learn({"data": {"addUser": {"user": {"id": NEW, "version": 7, "role": {"id": ROLE}}}}})
    input = f'{{id: "{OLD}", expectedVersion: 1, firstName: "Ada"}}'
    asked = f"mutation {{ editUser(input: {input}) {{ user {{ id }} }} }}"
    document = memory.hand_on(asked, luck=5)
    assert NEW in document and OLD not in document
    assert "expectedVersion: 7" in document and 'firstName: "Ada"' in document


def test_what_no_answer_gave_stays_as_it_was() -> None:
    memory = Memory()
    memory.learn({"data": {"roles": [{"id": ROLE}]}, "errors": [{"path": ["users", 0]}]})
    assert OLD in memory.hand_on(f'{{ user(id: "{OLD}") {{ id }} }}', luck=0)


def test_whoever_asks_is_spared_and_so_are_sessions() -> None:
    memory = Memory(spared=NEW)
    memory.learn({"viewer": {"id": NEW, "sessions": [{"id": global_id("Session", UUID(int=1))}]}})
    assert memory.ids == {}


def test_only_the_newest_are_kept() -> None:
    memory = Memory()
    ids = [global_id("User", UUID(int=number)) for number in range(MOST + 5)]
    memory.learn([{"id": id} for id in ids])
    assert list(memory.ids["User"]) == ids[5:]
