"""The rows that belong to a demo user: invitation and mail, sessions, recovery codes, audit events."""

from datetime import datetime, timedelta
from random import Random

import orjson

from models.mail import MailKind, MailState
from services.demo.lives import Case
from services.demo.setting import Person, Setting, new_id, nobodys_hash
from services.demo.tables import Row

INVITATION_HOURS = 72
BROWSERS = ("Firefox 145 on Linux", "Safari 26 on macOS", "Chrome 142 on Windows", "rollcall-sync/2.1")
BOUNCE = "550 5.1.1 The e-mail account that you tried to reach does not exist."


def invitation(person: Person, at: datetime, mail_id: str, setting: Setting, chance: Random) -> Row:
    """Open, run out, or killed with the account."""
    expires_at, killed_at = at + timedelta(hours=INVITATION_HOURS), person.life.disabled_at
    hash = None if killed_at else nobodys_hash(chance)
    ends_at = min(killed_at or expires_at, expires_at)
    return (new_id(chance), person.id, setting.inviter_id, mail_id, hash, at, ends_at, 1)


def invitation_mail(id: str, person: Person, at: datetime, setting: Setting) -> Row:
    """Sent or given up on, so that no server sends it."""
    failed = person.life.case is Case.INVITATION_UNDELIVERABLE
    facts = {
        "first_name": person.name.first,
        "full_name": f"{person.name.first} {person.name.last}",
        "platform": setting.platform_name,
        "inviter": setting.inviter_name,
        "expires_at": f"{at + timedelta(hours=INVITATION_HOURS):%Y-%m-%d %H:%M} UTC",
    }
    state = MailState.FAILED if failed else MailState.SENT
    sent_at = None if failed else at + timedelta(seconds=2)
    error = BOUNCE if failed else None
    kind = MailKind.INVITATION.value
    return (id, person.id, kind, person.email, orjson.dumps(facts).decode(), state.value, 1, error, at, at, sent_at)


def session(person: Person, started_at: datetime, now: datetime, chance: Random) -> Row:
    """Seen within the last hour, so it lives."""
    seen_at = max(started_at, now - timedelta(seconds=chance.randrange(60, 3000)))
    address = f"192.0.2.{chance.randrange(1, 255)}"
    return (new_id(chance), person.id, nobodys_hash(chance), started_at, seen_at, address, chance.choice(BROWSERS))


def recovery_codes(person: Person, chance: Random) -> list[Row]:
    return [(new_id(chance), person.id, nobodys_hash(chance)) for _ in range(chance.randrange(0, 11))]


def events(person: Person, setting: Setting, chance: Random) -> list[Row]:
    """What the services would have written. The inviter is on the platform from its beginning."""
    name, life = person.name, person.life
    facts = {"firstName": name.first, "lastName": name.last, "email": person.email, "role": person.role}
    added = [{"field": field, "before": None, "after": value} for field, value in facts.items()]
    by_inviter = (None, "System") if person.id == setting.inviter_id else (setting.inviter_id, setting.inviter_name)
    by_system = (None, "System")
    happened = [
        (life.created_at, "user.added", by_inviter, added),
        (life.disabled_at, "user.disabled", by_inviter, []),
        (life.locked_at, "user.locked", by_system, []),
    ]
    return [
        (new_id(chance), setting.platform_id, at, type, *by, person.id, orjson.dumps(changes).decode())
        for at, type, by, changes in happened
        if at is not None
    ]
