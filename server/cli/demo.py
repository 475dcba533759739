"""`rollcall demo`: something to look at."""

import asyncio
from base64 import b32encode
from secrets import token_bytes
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from server.settings import Settings
    from services.demo.platforms import DemoPlatform


def demo(
    users: Annotated[int, typer.Option(min=1, max=10_000_000, help="How many users the platform gets.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 1,
    platform: Annotated[str, typer.Option(help="Its name; a small one that requires MFA goes with it.")] = "Demo",
) -> None:
    """Make a platform full of invented users in every state. Where it is there already, nothing is added."""
    from server.settings import Settings
    from services.demo.platforms import PASSWORD, demo_platforms
    from services.validation import one_line

    settings = Settings.read()
    plans = demo_platforms(one_line(platform, longest=80, what="A platform's name"), users)
    asyncio.run(_fill(settings, plans, seed))
    typer.echo(f"\nSign in at {settings.public_url}/graphql with the password {PASSWORD}")
    for plan in plans:
        for role, address in plan.addresses:
            typer.echo(f"  {address:<36} {role} of {plan.name}")


async def _fill(settings: "Settings", plans: "list[DemoPlatform]", seed: int) -> None:
    from server.cli.database import connected
    from server.cli.progress import counting
    from services.clock import shared_time
    from services.demo.filling import fill, users_there

    async with connected(settings, bounded=False):  # its statements are long
        password_hash, totp_secret = await _secrets(settings)
        for plan in plans:
            there = await users_there(plan)
            if there is not None:
                typer.echo(f"There is a platform {plan.name} with {there} users already; nothing was added.")
                continue
            with counting(plan.name, plan.users) as progress:
                await fill(
                    plan,
                    seed=seed,
                    password_hash=password_hash,
                    totp_secret=totp_secret,
                    now=await shared_time(),
                    progress=progress,
                )


async def _secrets(settings: "Settings") -> tuple[str, str]:
    """The hash of everybody's password, and a sealed authenticator secret that nobody knows."""
    from services.demo.platforms import PASSWORD
    from services.passwords import Hasher
    from services.vault import Vault

    hasher = Hasher()
    try:
        secret = b32encode(token_bytes(20)).decode()
        return await hasher.hash(PASSWORD), Vault(settings.keys).seal(secret)
    finally:
        hasher.close()
