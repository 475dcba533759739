"""`rollcall rebuild-keys`, and what `rollcall doctor` says of keys that an older server has written."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from models.role import Role
from models.user import SearchWord, User
from services import key_rebuilding
from tests.server.cli.conftest import Run
from tests.server.cli.test_doctor import line
from tests.statements import statements

InDatabase = Callable[..., Any]


@pytest.fixture
def demo(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten users and the two platforms' roles, read in batches of four."""
    monkeypatch.setattr(key_rebuilding, "AT_ONCE", 4)
    run("demo", "--users", "10")


async def keyed() -> list[tuple[Any, ...]]:
    words = await SearchWord.all().order_by("user_id", "word").values_list("user_id", "word")
    users = await User.all().order_by("id").values_list("id", "email_key", "first_name_key", "last_name_key", "version")
    return [*users, *words, *await Role.all().order_by("id").values_list("id", "name_key")]


async def write_old_keys() -> None:
    """As an older server would: of two users, in a name and in the words; of one role."""
    one, other = await User.all().order_by("id").limit(2)
    await User.filter(id=one.id).update(last_name_key="old", first_name_key="old")
    word = await SearchWord.filter(user_id=other.id).order_by("id").first()
    assert word is not None
    await SearchWord.filter(id=word.id).update(word="old")
    await Role.filter(name="Viewer", platform_id=one.platform_id).update(name_key="old")


async def clash() -> str:
    """A role whose name an older server took for another than "Viewer"; the sentence about it."""
    role = await Role.filter(name="Viewer").order_by("id").first()
    assert role is not None
    facts = {"platform_id": role.platform_id, "created_at": role.created_at}
    later = await Role.create(id=uuid4(), name="Víewer", name_key="old", **facts)
    return f'The role "Víewer" ({later.id}) keeps an old key: another role of its platform has the same name.'


@pytest.mark.usefixtures("demo")
def test_old_keys_are_counted_by_doctor_and_written_again_once(run: Run, in_database: InDatabase) -> None:
    before = in_database(keyed)
    total = in_database(key_rebuilding.count_keyed)
    assert line(run("doctor").stdout, "search keys") == f"✓ search keys  all are current ({total} looked at)"
    in_database(write_old_keys)
    assert in_database(keyed) != before
    result = run("doctor")
    says = f"3 of {total} users and roles have old ones: run `rollcall rebuild-keys`"
    assert (result.exit_code, line(result.stdout, "search keys")) == (1, f"✗ search keys  {says}")

    for rebuilt in (3, 0):
        result = run("rebuild-keys")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.splitlines()[-1] == f"{rebuilt} row(s) had old keys."
        assert in_database(keyed) == before
    assert line(run("doctor").stdout, "search keys") == f"✓ search keys  all are current ({total} looked at)"


@pytest.mark.usefixtures("demo")
def test_a_name_that_another_role_has_by_now_is_named_and_is_no_failure(run: Run, in_database: InDatabase) -> None:
    sentence = in_database(clash)
    before = in_database(keyed)
    result = run("rebuild-keys")
    assert (result.exit_code, result.stdout.splitlines()[-2:]) == (0, ["0 row(s) had old keys.", sentence])
    assert in_database(keyed) == before
    assert line(run("doctor").stdout, "search keys") == f"✓ search keys  {sentence}"


@pytest.mark.usefixtures("demo")
def test_where_all_is_current_nothing_is_written_and_nothing_is_locked(in_database: InDatabase) -> None:
    async def rebuild() -> list[str]:
        with statements() as heard:
            await key_rebuilding.rebuild_keys()
        return [each.sql for each in heard if each.sql.split()[0] != "SELECT" or "FOR NO KEY" in each.sql]

    assert in_database(rebuild) == []
