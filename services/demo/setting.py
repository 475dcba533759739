"""What a demo platform's rows share, and one invented user, decided on but not yet written."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from services.demo.lives import Life
from services.demo.people import Name


@dataclass(frozen=True)
class Setting:
    """What all rows of one platform share. Ids are text: both engines take it, and it is made faster."""

    platform_id: str
    platform_name: str
    roles: dict[str, str]
    inviter_id: str
    inviter_name: str
    password_hash: str
    totp_secret: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """One user, decided on; `plain`: signs in with the password alone."""

    id: str
    position: int
    role: str
    name: Name
    email: str
    life: Life
    mfa: bool = False
    plain: bool = False


def new_id(chance: Random, place: float | None = None) -> str:
    """A random id of version 4; with `place` (0 to 1) one that lies there among all ids."""
    bits = chance.getrandbits(128)
    if place is not None:
        bits = bits & (1 << 96) - 1 | int(place * (1 << 32)) << 96
    return str(UUID(int=bits, version=4))


def nobodys_hash(chance: Random) -> str:
    """Stands where a SHA-256 of a token is stored. No token leads to it, so nobody gets in who knows the seed."""
    return f"{chance.getrandbits(256):064x}"
