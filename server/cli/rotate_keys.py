"""`rollcall rotate-keys`: the second step of changing ROLLCALL_SECRET_KEY."""

import asyncio
from typing import TYPE_CHECKING

import typer

from server.cli.failures import Failure

if TYPE_CHECKING:
    from services.key_rotation import Resealing


def rotate_keys() -> None:
    """Seal every stored secret anew under the first key of ROLLCALL_SECRET_KEY."""
    result = asyncio.run(_reseal())
    typer.echo(f"{result.resealed} secret(s) are sealed under the first key now.")
    if result.unopened:
        raise Failure(
            f"{result.unopened} secret(s) are sealed under a key that is not in ROLLCALL_SECRET_KEY. "
            "Add the old key behind the new one, separated by a comma, and run this again."
        )


async def _reseal() -> "Resealing":
    from server.cli.database import connected
    from server.cli.progress import counting
    from server.settings import Settings
    from services.key_rotation import count_sealed, reseal_everything
    from services.vault import Vault

    settings = Settings.read()
    async with connected(settings):
        with counting("Sealing anew", await count_sealed(), of="secrets") as progress:
            return await reseal_everything(Vault(settings.keys), progress)
