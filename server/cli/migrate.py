"""`rollcall migrate`: brings the database's tables up to date."""

import asyncio

import typer


def migrate() -> None:
    """Apply every migration that the database lacks."""
    from models.migrate import migrate as apply_pending
    from server.cli.database import database_failures
    from server.settings import Settings

    url = Settings.read().database_url.get_secret_value()
    with database_failures(url):
        applied = asyncio.run(apply_pending(url, report=typer.echo))
    typer.echo(f"{len(applied)} migration(s) applied." if applied else "The database is up to date.")
