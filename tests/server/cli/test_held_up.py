"""A command that PostgreSQL keeps waiting ends with a sentence, as soon as the server would have given up."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest

from server.database import DATABASE_SECONDS
from tests.server.cli.conftest import Run

pytestmark = pytest.mark.parametrize("engine", ["postgres"], indirect=True)

ADMIN = ("--first-name", "Ada", "--last-name", "Lovelace", "--email", "ada@example.org")
NEW_ADMIN = ("create-admin", "--platform", "Demo", *ADMIN, "--password", "correct horse battery staple")
UNLOCK = ("unlock", "--email", "admin@demo.example.org")


@contextmanager
def held(url: str, statement: str) -> Iterator[None]:
    """Another client has a transaction open in which this was executed; not so long that a test would hang."""
    with asyncio.Runner() as runner:
        other = runner.run(asyncpg.connect(url, server_settings={"idle_in_transaction_session_timeout": "15s"}))
        try:
            runner.run(other.execute("BEGIN"))
            runner.run(other.execute(statement))
            yield
        finally:
            runner.run(other.close())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Only one of the bounds is short."""
    monkeypatch.setitem(DATABASE_SECONDS, request.param, 0.3)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("impatient", "reason"),
    [
        ("lock_timeout", "LockNotAvailableError: canceling statement due to lock timeout"),
        ("statement_timeout", "QueryCanceledError: canceling statement due to statement timeout"),
    ],
    indirect=["impatient"],
)
@pytest.mark.parametrize(
    ("arguments", "rows"), [(UNLOCK, "users"), (("rotate-keys",), "users"), (NEW_ADMIN, "platforms")]
)
def test_a_row_that_somebody_has_locked_is_not_waited_for(
    arguments: tuple[str, ...], rows: str, reason: str, run: Run, url: str
) -> None:
    run("demo", "--users", "10")
    with held(url, f"SELECT 1 FROM {rows} FOR UPDATE"):
        result = run(*arguments)
    place = url.partition("@")[2]
    assert result.exit_code == 1
    assert result.stderr == f"The database {place} could not do this just now: {reason}. Run the command again.\n"
    assert run(*arguments).exit_code == 0


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("impatient", ["lock_timeout"], indirect=True)
@pytest.mark.parametrize("arguments", [UNLOCK, ("serve",), ("doctor",)])
def test_nor_is_a_migration(arguments: tuple[str, ...], run: Run, url: str) -> None:
    with held(url, "LOCK TABLE tortoise_migrations"):
        result = run(*arguments)
    assert result.exit_code == 1
    assert "cannot be used" in result.output
    assert "lock timeout" in result.output
