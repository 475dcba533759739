"""`rollcall unlock`."""

from collections.abc import Callable
from typing import Any

from models.audit_event import AuditEvent
from models.user import User
from tests.server.cli.conftest import Run


def locked_user() -> Any:
    return User.filter(locked_at__isnull=False, email__contains="@demo.").first()


def test_a_lock_is_lifted_and_recorded_once(run: Run, in_database: Callable[..., Any]) -> None:
    run("demo", "--users", "10")
    before = in_database(locked_user)
    for _ in range(2):
        result = run("unlock", "--email", f"\u200e {before.email.upper()}\u00a0")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == f"{before.email} is not locked, and no failed sign-in counts against it.\n"
    after = in_database(lambda: User.get(id=before.id))
    assert (after.locked_at, after.failed_sign_ins, after.version) == (None, 0, before.version + 1)
    [event] = in_database(lambda: AuditEvent.filter(target_id=before.id, type="user.unlocked"))
    assert (event.actor_id, event.actor_name, event.platform_id) == (None, "System", before.platform_id)
    [change] = event.changes
    assert (change["field"], change["after"]) == ("lockedAt", None)


def test_an_unknown_address_is_a_sentence(run: Run) -> None:
    result = run("unlock", "--email", "nobody@example.org")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "--email: No account signs in with this address.\n"


def test_the_address_may_be_given_in_punycode(run: Run, in_database: Callable[..., Any]) -> None:
    run("demo", "--users", "10")

    async def move() -> User:
        user = await locked_user()
        user.readdress("Ida@bücher.example")
        await user.save()
        return user

    user = in_database(move)
    assert run("unlock", "--email", "ida@xn--bcher-kva.example").exit_code == 0
    assert in_database(lambda: User.get(id=user.id)).locked_at is None
