"""`rollcall unlock`: for an administrator who is locked out and has nobody to ask."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from models.user import User


def unlock(email: Annotated[str, typer.Option(help="The address of the account.")]) -> None:
    """Lift the lock of an account."""
    user = asyncio.run(_unlock(email))
    typer.echo(f"{user.email} is not locked, and no failed sign-in counts against it.")


async def _unlock(email: str) -> "User":
    from server.cli.database import connected
    from server.settings import Settings
    from services.clock import shared_time
    from services.rescue import unlock_account

    async with connected(Settings.read()):
        return await unlock_account(email, now=await shared_time())
