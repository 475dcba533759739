"""`rollcall rotate-keys`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from models.mail import Mail
from models.user import User
from services import key_rotation
from services.vault import Vault
from tests.server.cli.conftest import Run
from tests.world import KEY

NEW = "another-key-of-at-least-thirty-two-characters"


async def seal_a_mail() -> None:
    user, now = await User.all().first(), datetime.now(UTC)
    assert user is not None
    sealed = Vault([KEY]).seal("a token")
    mail: dict[str, Any] = {"id": uuid4(), "user_id": user.id, "kind": "invitation", "recipient": user.email}
    await Mail.create(**mail, sealed_token=sealed, created_at=now, due_at=now)


async def secrets() -> list[str]:
    sealed: list[str | None] = [mail.sealed_token for mail in await Mail.filter(sealed_token__isnull=False)]
    sealed += [user.totp_secret for user in await User.filter(totp_secret__isnull=False)]
    return [text for text in sealed if text is not None]


def test_everything_sealed_opens_with_the_new_key_alone(
    run: Run, in_database: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "AT_ONCE", 7)
    run("demo", "--users", "40")
    in_database(seal_a_mail)
    before = [Vault([KEY]).open(sealed) for sealed in in_database(secrets)]
    result = run("rotate-keys", secret_key=f"{NEW},{KEY}")
    assert (result.exit_code, result.stderr) == (0, "")
    progress, *_, done = result.stdout.splitlines()
    assert progress == f"Sealing anew: 7 of {len(before)} secrets"
    assert done == f"{len(before)} secret(s) are sealed under the first key now."
    assert sorted(Vault([NEW]).open(sealed) for sealed in in_database(secrets)) == sorted(before)


def test_what_no_key_opens_is_counted_and_left_alone(run: Run, in_database: Callable[..., Any]) -> None:
    run("demo", "--users", "10")
    in_database(seal_a_mail)
    before = in_database(secrets)
    result = run("rotate-keys", secret_key=NEW)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "0 secret(s) are sealed under the first key now."
    assert result.stderr == (
        f"{len(before)} secret(s) are sealed under a key that is not in ROLLCALL_SECRET_KEY. "
        "Add the old key behind the new one, separated by a comma, and run this again.\n"
    )
    assert sorted(in_database(secrets)) == sorted(before)
