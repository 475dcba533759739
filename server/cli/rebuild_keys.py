"""`rollcall rebuild-keys`: after the last server of an older version is gone."""

import asyncio
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from services.key_rebuilding import KeyReport


def rebuild_keys() -> None:
    """Write the keys again by which users and roles are found and sorted, where an older version has written them."""
    report = asyncio.run(_rebuild())
    typer.echo(f"{report.stale} row(s) had old keys.")
    for collision in report.collisions:
        typer.echo(collision)


async def _rebuild() -> "KeyReport":
    from server.cli.database import connected
    from server.cli.progress import counting
    from server.settings import Settings
    from services import key_rebuilding

    async with connected(Settings.read()):
        with counting("Rebuilding keys", await key_rebuilding.count_keyed(), of="rows") as progress:
            return await key_rebuilding.rebuild_keys(progress)
