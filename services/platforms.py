"""Making platforms and administrators: what the command line does before anybody can sign in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import uuid4

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models.keys import sort_key
from models.platform import Platform
from models.role import Permission, Role
from models.user import User
from services import validation
from services.actor import Origin
from services.adding import index_words
from services.audit import record
from services.email_addresses import email_address
from services.password_rules import require_good_password
from services.refusals import EmailTaken
from services.visibility import signing_in_as

BUILT_IN_ROLES: tuple[tuple[str, str, tuple[Permission, ...]], ...] = (
    ("Platform", "Access to manage data and users within your assigned platform.", tuple(Permission)),
    (
        "Support",
        "Access to look users up and to help them sign in.",
        (Permission.USERS_READ, Permission.USERS_SECURITY, Permission.AUDIT_READ),
    ),
    ("Viewer", "Access to look users up.", (Permission.USERS_READ,)),
)
"""The roles shipped with the product: name, description, permissions. The first is the administrators'."""


async def make_platform(name: str, *, now: datetime, timezone: str = "UTC") -> Platform:
    """A platform with the roles shipped with the product, in the caller's transaction."""
    platform = await Platform.create(id=uuid4(), name=name, timezone=timezone, created_at=now)
    for role, description, permissions in BUILT_IN_ROLES:
        await Role.create(
            id=uuid4(),
            platform=platform,
            name=role,
            name_key=sort_key(role),
            description=description,
            permissions=[permission.value for permission in permissions],
            built_in=True,
            created_at=now,
        )
    return platform


async def administrators_role(platform: Platform) -> Role:
    return await Role.get(platform_id=platform.id, built_in=True, name_key=sort_key(BUILT_IN_ROLES[0][0]))


@dataclass(frozen=True)
class NewAdministrator:
    """Checked and in normal form. `platform` None: there is none of this name yet."""

    platform_name: str
    platform: Platform | None
    first_name: str
    last_name: str
    email: str


async def check_administrator(
    *,
    platform_name: str,
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    special_domains: Collection[str] = (),
) -> NewAdministrator:
    """What is to be made, before anything is. Raises all faults of the input at once; `field` names the option."""
    faults = validation.Faults()
    name = faults.check("platform", validation.name, platform_name)
    first = faults.check("first_name", validation.name, first_name)
    last = faults.check("last_name", validation.name, last_name)
    address = faults.check("email", partial(email_address, special_domains=special_domains), email)
    if address is not None and await signing_in_as(address).exists():
        faults.add(EmailTaken(field="email"))
    platform = await Platform.filter(name=name).first() if name else None
    owner = User.named(first or "", last or "", address or "")
    owner.platform = platform or Platform(name=name or "")
    faults.check("password", partial(require_good_password, user=owner), password)
    faults.raise_any()
    assert name and first and last and address
    return NewAdministrator(name, platform, first, last, address)


async def create_administrator(new: NewAdministrator, *, password_hash: str, now: datetime) -> User:
    """An active administrator; makes the platform if there is none of that name. Raises EmailTaken."""
    async with in_transaction():
        platform = new.platform or await make_platform(new.platform_name, now=now)
        user = await _insert(new, platform, password_hash, now)
        await index_words(user)
        await record(Origin(), "user.added", user, now=now)
    return user


async def _insert(new: NewAdministrator, platform: Platform, password_hash: str, now: datetime) -> User:
    user = User.named(
        new.first_name,
        new.last_name,
        new.email,
        id=uuid4(),
        platform=platform,
        role=await administrators_role(platform),
        timezone=platform.timezone,
        password_hash=password_hash,
        password_changed_at=now,
        activated_at=now,
        created_at=now,
        updated_at=now,
    )
    try:
        async with in_transaction():
            await user.save()
    except IntegrityError:
        raise EmailTaken(field="email") from None
    return user
