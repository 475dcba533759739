"""A clock that a test moves, and a user to write to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.mail import Mail, MailKind
from models.platform import Platform
from models.role import Role
from models.user import User
from services.mail.outbox import enqueue
from services.vault import Vault

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOKEN = "s3cret-T0ken_of-43-characters-0123456789abcd"


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)


async def add_user(first_name: str = "Ada", last_name: str = "Lovelace", email: str = "ada@example.org") -> User:
    platform = await Platform.create(name="Analytical Engines", created_at=NOON)
    role = await Role.create(platform=platform, name="Viewer", name_key="viewer", created_at=NOON)
    user = User.named(
        first_name,
        last_name,
        email,
        platform_id=platform.id,
        role_id=role.id,
        timezone="UTC",
        created_at=NOON,
        updated_at=NOON,
    )
    await user.save(force_create=True)
    return user


async def queue_invitation(user: User, vault: Vault, *, now: datetime = NOON, recipient: str | None = None) -> Mail:
    facts = {"inviter": "Charles Babbage", "expires_at": "2026-11-25 12:00 UTC"}
    return await enqueue(user, MailKind.INVITATION, now=now, facts=facts, token=TOKEN, vault=vault, recipient=recipient)


async def queue_notice(user: User, *, now: datetime = NOON) -> Mail:
    return await enqueue(user, MailKind.PASSWORD_CHANGED, now=now)


async def stored(mail: Mail) -> Mail:
    """The row as it is now."""
    return await Mail.get(id=mail.id)
