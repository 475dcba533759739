"""Filling a platform with invented users, some thousands at a time, in constant memory."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tortoise import connections
from tortoise.transactions import in_transaction

from models.platform import Platform
from models.role import Role
from services.demo.casting import Cast, dice
from services.demo.platforms import DemoPlatform
from services.demo.setting import Setting, new_id
from services.demo.tables import finish, insert, prepare
from services.platforms import make_platform
from services.refusals import EmailTaken
from services.visibility import signing_in_as, users_of

AT_ONCE = 10_000
"""Users in one transaction."""

OPENED = timedelta(days=1000)
"""How long ago the platform was made: before its first user."""

Progress = Callable[[int], None]


async def users_there(plan: DemoPlatform) -> int | None:
    """How many users the platform has; None where there is no platform of this name.

    Raises EmailTaken where a platform of another name has users with the plan's addresses.
    """
    platform = await Platform.filter(name=plan.name).first()
    if platform is not None:
        return await users_of(platform.id).count()
    if await signing_in_as(plan.addresses[0][1]).exists():
        raise EmailTaken(f"Another platform has users at {plan.domain} already.", field="platform")
    return None


async def fill(
    plan: DemoPlatform, *, seed: int, password_hash: str, totp_secret: str, now: datetime, progress: Progress
) -> None:
    """Makes the platform and its users; `progress` hears how many there are so far. `totp_secret` comes sealed.

    The same plan, seed and moment make the same users. Interrupted, it leaves whole users behind.
    """
    await prepare(connections.get("default"))
    source = f"{seed} {plan.name}"
    cast: Cast | None = None
    for start in range(0, plan.users, AT_ONCE):
        end = min(start + AT_ONCE, plan.users)
        async with in_transaction() as database:
            if cast is None:
                cast = Cast(plan, await _setting(plan, source, password_hash, totp_secret, now), source)
            for table, rows in cast.batch(start, end).rows.items():
                await insert(database, table, rows)
        progress(end)
    await finish(connections.get("default"))


async def _setting(plan: DemoPlatform, source: str, password_hash: str, totp_secret: str, now: datetime) -> Setting:
    platform = await make_platform(plan.name, now=now - OPENED, timezone=plan.timezone)
    await platform.update_from_dict(plan.policy).save()
    inviter = plan.sign_ins[0].name
    return Setting(
        platform_id=str(platform.id),
        platform_name=plan.name,
        roles={role.name: str(role.id) for role in await Role.filter(platform_id=platform.id)},
        inviter_id=new_id(dice(f"{source} inviter"), 0.0),
        inviter_name=f"{inviter.first} {inviter.last}",
        password_hash=password_hash,
        totp_secret=totp_secret,
        now=now,
    )
