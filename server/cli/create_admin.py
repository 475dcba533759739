"""`rollcall create-admin`: the first way in."""

import asyncio
from typing import Annotated

import typer


def create_admin(
    platform: Annotated[str, typer.Option(prompt="Platform", help="Its name; it is made if there is none.")],
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
    """Make an administrator, and the platform if there is none of that name. Asks for what is not given."""
    asyncio.run(_create(platform, first_name, last_name, email, password))
    typer.echo(f"{email.strip()} can sign in as an administrator of {platform.strip()}.")


async def _create(platform: str, first_name: str, last_name: str, email: str, password: str) -> None:
    from server.cli.database import connected
    from server.settings import Settings
    from services.clock import system_clock
    from services.passwords import Hasher
    from services.platforms import create_administrator

    async with connected(Settings.read()):
        await _require_good_password(password, platform, first_name, last_name, email)
        hasher = Hasher()
        try:
            await create_administrator(
                platform_name=platform,
                first_name=first_name,
                last_name=last_name,
                email=email,
                password_hash=await hasher.hash(password),
                now=system_clock(),
            )
        finally:
            hasher.close()


async def _require_good_password(password: str, platform: str, first_name: str, last_name: str, email: str) -> None:
    """By the platform's rules, or a new platform's where there is none yet. Raises PasswordRejected."""
    from models.platform import Platform
    from models.user import User
    from services.password_rules import require_good_password

    user = User.named(first_name, last_name, email)
    user.platform = await Platform.filter(name=platform.strip()).first() or Platform(name=platform)
    require_good_password(password, user)
