"""`rollcall doctor`."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP

from models.mail import Mail
from models.user import User
from server.cli.checks import graphiql
from server.cli.mail_sink import Printing
from server.graphiql import VENDOR_FILES
from tests.server.cli.conftest import Run
from tests.world import KEY


@pytest.fixture
def vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """GraphiQL's folder, with every file that npm brings."""
    folder = tmp_path / "web" / "vendor"
    folder.mkdir(parents=True)
    for name in VENDOR_FILES:
        (folder / name).touch()
    monkeypatch.setattr(graphiql, "WEB", folder.parent)
    return folder


@pytest.fixture
def mail_server() -> Iterator[int]:
    """The port of a real SMTP server, in a thread of its own because commands run their own loop."""
    loop = asyncio.new_event_loop()
    listening = loop.create_server(lambda: SMTP(Printing(), loop=loop), "127.0.0.1", 0)
    server = loop.run_until_complete(listening)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def line(output: str, about: str) -> str:
    return next(line for line in output.splitlines() if line[2:].startswith(about))


def test_all_is_well(run: Run, vendor: Path, mail_server: int) -> None:
    run("demo", "--users", "20")
    result = run("doctor", smtp_url=f"smtp://127.0.0.1:{mail_server}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [text[:14].rstrip() for text in result.stdout.splitlines()] == [
        "✓ settings",
        "✓ database",
        "✓ migrations",
        "✓ secret key",
        "✓ search keys",
        "✓ outbox",
        "✓ mail server",
        "✓ GraphiQL",
    ]
    assert line(result.stdout, "mail server").endswith(f" 127.0.0.1:{mail_server} answers")
    assert line(result.stdout, "outbox").endswith(" 0 queued, 1 failed")


def test_without_settings_it_says_which(run_without_settings: Run) -> None:
    result = run_without_settings("doctor")
    assert result.exit_code == 1
    assert result.stdout == (
        "✗ settings     ROLLCALL_DATABASE_URL is not set; docs/operations.md says what it is for.\n"
        "✗ settings     ROLLCALL_SECRET_KEY is not set; docs/operations.md says what it is for.\n"
    )


def test_a_database_that_is_not_there_yet(run_without_settings: Run, vendor: Path, tmp_path: Path) -> None:
    result = run_without_settings("doctor", database_url=f"sqlite://{tmp_path}/new.db", secret_key=KEY)
    assert result.exit_code == 1
    assert line(result.stdout, "database") == (
        f"✗ database     there is none at {tmp_path}/new.db yet: run `rollcall migrate`"
    )
    assert not (tmp_path / "new.db").exists()


def test_a_path_of_sqlite_may_begin_with_four_slashes(run_without_settings: Run, vendor: Path, tmp_path: Path) -> None:
    settings = {"database_url": f"sqlite:////{str(tmp_path).lstrip('/')}/new.db", "secret_key": KEY}
    assert line(run_without_settings("doctor", **settings).stdout, "database") == (
        f"✗ database     there is none at {tmp_path}/new.db yet: run `rollcall migrate`"
    )
    run_without_settings("migrate", **settings)
    assert line(run_without_settings("doctor", **settings).stdout, "database") == (
        f"✓ database     {tmp_path}/new.db answers"
    )


def test_an_empty_database(run_without_settings: Run, vendor: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    result = run_without_settings("doctor", database_url=f"sqlite://{tmp_path}/empty.db", secret_key=KEY)
    assert result.exit_code == 1
    assert line(result.stdout, "migrations").startswith("✗ migrations   0001_initial")
    assert "outbox" not in result.stdout


def test_a_database_that_is_away_is_shown_without_its_password(run_without_settings: Run, vendor: Path) -> None:
    away = "postgres://ada:s3cret@127.0.0.1:1/rollcall"
    result = run_without_settings("doctor", database_url=away, secret_key=KEY)
    assert result.exit_code == 1
    assert line(result.stdout, "database").startswith("✗ database     127.0.0.1:1/rollcall cannot be used (")
    assert "s3cret" not in result.output


def test_a_key_that_opens_nothing(run: Run, vendor: Path) -> None:
    run("demo", "--users", "40")
    result = run("doctor", secret_key="another-key-of-at-least-thirty-two-characters")
    assert result.exit_code == 1
    assert "sealed secrets do not open: add the key that sealed them" in line(result.stdout, "secret key")


def test_a_mail_server_that_is_away_is_shown_without_its_password(run: Run, vendor: Path) -> None:
    result = run("doctor", smtp_url="smtps://ada:s3cret@127.0.0.1:1")
    assert result.exit_code == 1
    assert line(result.stdout, "mail server").startswith("✗ mail server  127.0.0.1:1 does not take our connection (")
    assert "s3cret" not in result.output


def test_mails_that_wait_too_long(run: Run, vendor: Path, in_database: Callable[..., Any]) -> None:
    run("demo", "--users", "10")

    async def queue() -> None:
        user, at = await User.all().first(), datetime.now(UTC) - timedelta(minutes=45)
        assert user is not None
        mail: dict[str, Any] = {"id": uuid4(), "user_id": user.id, "kind": "account_locked", "recipient": user.email}
        await Mail.create(**mail, last_error="421 Too busy", created_at=at, due_at=at)

    in_database(queue)
    result = run("doctor")
    assert result.exit_code == 1
    assert line(result.stdout, "outbox") == (
        "✗ outbox       1 queued, 1 failed, the oldest queued 45 min ago and its last error was: 421 Too busy: "
        "is `rollcall serve` running, and the mail server well?"
    )


def test_missing_files_of_graphiql(run: Run, vendor: Path) -> None:
    (vendor / "react.js").unlink()
    result = run("doctor")
    assert result.exit_code == 1
    assert line(result.stdout, "GraphiQL") == "✗ GraphiQL     react.js missing: run `make graphiql`"
    assert run("doctor", graphiql="false").exit_code == 0
