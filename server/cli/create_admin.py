"""`rollcall create-admin`: the first way in."""

import asyncio
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from models.user import User


def create_admin(
    platform: Annotated[str, typer.Option(prompt="Platform", help="Its name. Made if there is none.")],
    first_name: Annotated[str, typer.Option(prompt="First name", help="The administrator's first name.")],
    last_name: Annotated[str, typer.Option(prompt="Last name", help="The administrator's last name.")],
    email: Annotated[str, typer.Option(prompt="E-mail address", help="The address to sign in with.")],
    password: Annotated[
        str,
        typer.Option(
            prompt="Password",
            hide_input=True,
            confirmation_prompt=True,
            help="Better left out and typed when asked: other users of this machine can read command lines.",
        ),
    ],
) -> None:
    """Make an administrator, and the platform if it is missing. Asks for what is not given."""
    user = asyncio.run(_create(platform, first_name, last_name, email, password))
    typer.echo(f"{user.email} can sign in as an administrator of {user.platform.name}.")


async def _create(platform: str, first_name: str, last_name: str, email: str, password: str) -> "User":
    """Checks everything first: a command that is refused has asked nothing and made nothing."""
    from server.cli.database import connected
    from server.settings import Settings
    from services.clock import shared_time
    from services.platforms import check_administrator, create_administrator

    settings = Settings.read()
    async with connected(settings):
        new = await check_administrator(
            platform_name=platform,
            first_name=first_name,
            last_name=last_name,
            email=email,
            password=password,
            special_domains=settings.allowed_special_domains,
        )
        if new.platform is None:
            await _require_meant(new.platform_name)
        return await create_administrator(new, password_hash=await _hash(password), now=await shared_time())


async def _hash(password: str) -> str:
    from services.passwords import Hasher

    hasher = Hasher()
    try:
        return await hasher.hash(password)
    finally:
        hasher.close()


async def _require_meant(name: str) -> None:
    """A slip in the name should make no second platform: asks on a terminal, and says so elsewhere.

    Raises Abort after a no.
    """
    from models.platform import Platform

    names = [known.name for known in await Platform.all().only("name")]
    if not names:
        return
    says = f'There is no platform "{name}". {_nearest(name, names)}'
    if sys.stdin.isatty():
        typer.confirm(f'{says} Make the platform "{name}"?', abort=True)
    else:
        typer.echo(f"{says} It is made.", err=True)


def _nearest(name: str, names: list[str]) -> str:
    """Which platforms there are, those with the most similar names first."""
    shown = [f'"{near}"' for near in get_close_matches(name, names, n=3, cutoff=0)]
    more = [f"{len(names) - len(shown)} more"] if len(names) > len(shown) else []
    *before, last = shown + more
    return f"There are {', '.join(before)} and {last}." if before else f"There is {last}."
