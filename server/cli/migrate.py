"""`rollcall migrate`: brings the database's tables up to date."""

import asyncio

import typer


def migrate() -> None:
    """Apply every migration that the database lacks."""
    from models.migrate import migrate as apply_pending
    from server.cli.database import database_failures
    from server.cli.progress import timing
    from server.settings import Settings

    url = Settings.read().database_url.get_secret_value()
    with database_failures(url), timing() as report:
        applied = asyncio.run(apply_pending(url, report=report))
    typer.echo(f"{len(applied)} migration(s) applied." if applied else "The database is up to date.")
