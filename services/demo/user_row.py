"""The row of a demo user."""

from datetime import timedelta
from random import Random

from models.keys import email_key
from models.user import NEVER
from services.demo.lives import FAILURES
from services.demo.people import phone_of
from services.demo.setting import Person, Setting
from services.demo.tables import Row

WITH_SSO = 0.2
PROVIDERS = ("Google Workspace", "Microsoft Entra ID", "Okta")


def user_row(person: Person, setting: Setting, chance: Random) -> Row:
    """In the order of `USERS.columns`."""
    return (*_identity(person, setting, chance), *_course(person), *_credentials(person, setting, chance))


def _identity(person: Person, setting: Setting, chance: Random) -> Row:
    name = person.name
    return (
        person.id,
        setting.platform_id,
        setting.roles[person.role],
        person.email,
        email_key(person.email),
        name.first,
        name.last,
        name.first_key,
        name.last_key,
        phone_of(name.country, chance),
        chance.choice(name.country.timezones),
    )


def _course(person: Person) -> Row:
    life = person.life
    return (
        life.activated_at,
        life.disabled_at,
        "Left the company." if life.disabled_at else None,
        life.last_login_at,
        life.last_login_at or NEVER,
        1 + (life.activated_at is not None) + (life.disabled_at is not None),
        life.created_at,
        life.updated_at,
    )


def _credentials(person: Person, setting: Setting, chance: Random) -> Row:
    """Users with an identity provider have a password too: either way in works."""
    life = person.life
    linked = life.activated_at is not None and not person.plain and chance.random() < WITH_SSO
    enrolled_at = life.activated_at + timedelta(minutes=30) if life.activated_at and person.mfa else None
    return (
        setting.password_hash if life.activated_at else None,
        life.password_changed_at,
        FAILURES if life.locked_at else 0,
        life.locked_at,
        setting.totp_secret if enrolled_at else None,
        enrolled_at,
        0,
        chance.choice(PROVIDERS) if linked else None,
        life.activated_at if linked else None,
    )
