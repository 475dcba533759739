"""A platform of its own for each walk, with somebody in every state, and what mails bring; by the database itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from models.audit_event import AuditEvent
from models.mail import Mail
from models.role import Permission, Role
from models.user import User
from schema.ids import global_id, parse_id
from services.audit import record
from services.invitations import invite
from services.mail.kinds import LINKS
from tests.conftest import StandingClock
from tests.world import World, role_id, user_id

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""Of the authenticator app of who has one from the beginning."""

OWN_ROLES = {
    "Chief": list(Permission),
    "Middling": [
        *(Permission.USERS_READ, Permission.USERS_ADD, Permission.USERS_EDIT, Permission.USERS_DISABLE),
        *(Permission.USERS_CHANGE_ROLE, Permission.ROLES_MANAGE),
    ],
}
"""Besides the built-in ones. The administrators have the first, so that the last of them can be made one no more; who
has the second could grant what they do not hold."""


@dataclass(frozen=True)
class Link:
    """What a mail asks its reader to open; `path` as in the frontend."""

    path: str
    token: str
    user_id: str


@dataclass
class Stage:
    """`watcher`: no administrator, whom the walk does not meet, and who looks at what it has done. `foreign`: ids of
    another platform's records, by type; the user is its administrator.
    """

    world: World
    watcher: User
    people: list[User]
    foreign: dict[str, str]
    mark: str
    """In all addresses, which are unique over all platforms."""

    _read: set[UUID] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        now: datetime = self.world.clock.now
        return now

    def pass_time(self, random: Random) -> bool:
        """Some, where the clock is a test's own; whether it is so long that sessions may have ended."""
        long = random.random() < 0.05
        if isinstance(self.world.clock, StandingClock):
            self.world.clock.advance(seconds=600 if long else 1)
        return long

    async def enter(self, id: str) -> str:
        """The token of a new session of this user."""
        return await self.world.session(await User.get(id=parse_id(id)[1]))

    async def mails(self) -> list[Link]:
        """The links of mails that have come since this was asked last, by time and address."""
        platform = {"user__platform_id": self.watcher.platform_id, "kind__in": list(LINKS), "state": "QUEUED"}
        mails = await Mail.filter(**platform, sealed_token__isnull=False).order_by("created_at", "recipient")
        new = [mail for mail in mails if mail.id not in self._read]
        self._read |= {mail.id for mail in new}
        return [
            Link(LINKS[mail.kind], self.world.vault.open(mail.sealed_token or ""), global_id("User", mail.user_id))
            for mail in new
        ]


async def set_stage(world: World, seed: int) -> Stage:
    """People have the same names for the same seed, and each another one, for lists order by them."""
    platform = await world.platform(f"Acme {seed} {uuid4().hex[:6]}", password_max_age_days=90)
    for name, permissions in OWN_ROLES.items():
        facts: dict[str, Any] = {"name": name, "name_key": name.lower(), "permissions": permissions}
        await Role.create(id=uuid4(), platform_id=platform.id, created_at=world.clock.now, **facts)
    mark, made = uuid4().hex[:8], {}
    for name, facts in _cast(world).items():
        address = f"{name.replace(' ', '.')}.{mark}@example.org"
        made[name] = await world.user(platform, name, f"{name} {seed}", email=address, **facts)
    await _invite(world, made["Admin"], made["Invited"])
    watcher, *people = made.values()
    return Stage(world, watcher, people, await _another_platform(world), mark)


def _cast(world: World) -> dict[str, dict[str, Any]]:
    """Somebody in every state, the watcher first."""
    now, long_ago = world.clock.now, world.clock.now - timedelta(days=100)
    failing = {"failed_sign_ins": 4}
    expired = {"password_changed_at": long_ago}
    guarded = {"totp_confirmed_at": now, "totp_secret": world.vault.seal(SECRET)}
    return {
        "Watcher": {"role": "Support"},
        "Admin": {"role": "Chief"},
        "Other Admin": {"role": "Chief"} | guarded,
        "Supporter": {"role": "Support"} | guarded,
        "Middling": {"role": "Middling"},
        "Viewer": failing,
        "Invited": {"invited": True},
        "Locked": {"locked_at": now, "failed_sign_ins": 5},
        "Disabled": {"disabled_at": now, "disabled_reason": "Left."},
        "Guarded": guarded | failing,
        "Expired": expired | failing,
        "Dormant": {"last_login_at": long_ago} | failing,
        "Guarded and Expired": guarded | expired,
    }


async def _invite(world: World, inviter: User, user: User) -> None:
    """By a mail whose link can be read."""
    async with in_transaction():
        await invite(user, await world.actor(inviter), now=world.clock.now, vault=world.vault)


async def _another_platform(world: World) -> dict[str, str]:
    """A record of each type; its sessions last."""
    stranger = await world.admin(await world.platform("Elsewhere", session_idle_minutes=0, session_hours=0))
    actor = await world.actor(stranger)
    async with in_transaction():
        await record(actor, "session.started", stranger, now=world.clock.now)
    event = await AuditEvent.get(platform_id=stranger.platform_id)
    return {
        "User": user_id(stranger),
        "Role": role_id(await Role.get(id=stranger.role_id)),
        "Session": global_id("Session", actor.session.id),
        "Platform": global_id("Platform", stranger.platform_id),
        "AuditEvent": global_id("AuditEvent", event.id),
    }
