"""Commands as a person types them, in a folder without a `.env`, against an own database."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from models.database import opened
from server.cli import app
from tests.databases import Databases
from tests.world import KEY

Run = Callable[..., Result]


@pytest.fixture
def url(engine: str, databases: Databases, tmp_path: Path) -> str:
    """An empty, migrated database, not connected to."""
    return asyncio.run(databases.fresh(engine, tmp_path))


@pytest.fixture
def run_without_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `rollcall` with these arguments and settings; nothing of the outer environment gets in."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "SECRET_KEY", "SMTP_URL", "PUBLIC_URL", "GRAPHIQL"):
        monkeypatch.delenv(f"ROLLCALL_{name}", raising=False)

    def run(*arguments: str, input: str | None = None, **settings: str) -> Result:
        env = {f"ROLLCALL_{name.upper()}": value for name, value in settings.items()}
        return CliRunner().invoke(app, arguments, input=input, env=env, catch_exceptions=False)

    return run


@pytest.fixture
def run(run_without_settings: Run, url: str) -> Run:
    """The same with the settings that a server needs."""

    def run(*arguments: str, input: str | None = None, **settings: str) -> Result:
        return run_without_settings(*arguments, input=input, **{"database_url": url, "secret_key": KEY} | settings)

    return run


@pytest.fixture
def in_database(url: str) -> Callable[[Callable[[], Awaitable[Any]]], Any]:
    """Runs an async function with the database open: for looking at what a command has done."""

    async def connected(ask: Callable[[], Awaitable[Any]]) -> Any:
        async with opened(url):
            return await ask()

    return lambda ask: asyncio.run(connected(ask))
