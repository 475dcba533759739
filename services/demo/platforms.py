"""The two demo platforms: one with every status and alert but one, and a small one that requires MFA."""

from dataclasses import dataclass
from functools import cached_property

from models.keys import sort_key
from services.demo.countries import Country
from services.demo.lives import SHOWN_FIRST, Case
from services.demo.people import Name, name_of

PASSWORD = "correct-horse-battery-staple"
BERLIN = Country("", "", ("Europe/Berlin",), "+493023125", 3)
SECURE_USERS = 8
A_DAY = 1440
"""Minutes: so that the locked user of the demo is still to be seen after the first quarter of an hour."""


@dataclass(frozen=True)
class SignIn:
    """An account of whoever tries the demo; `role` is the name of a built-in role."""

    role: str
    name: Name


ADMINISTRATOR = SignIn("Platform", name_of("Ada", "Lovelace", "admin", BERLIN))
SIGN_INS = (
    ADMINISTRATOR,
    SignIn("Support", name_of("Grace", "Hopper", "support", BERLIN)),
    SignIn("Viewer", name_of("Alan", "Turing", "viewer", BERLIN)),
)


@dataclass(frozen=True)
class DemoPlatform:
    """`policy` differs from a new platform's. `users` counts the sign-ins, who come first, then `shown_first`."""

    name: str
    users: int
    policy: dict[str, int | bool]
    sign_ins: tuple[SignIn, ...] = SIGN_INS
    shown_first: tuple[Case, ...] = SHOWN_FIRST
    timezone: str = "Europe/Berlin"

    @cached_property
    def domain(self) -> str:
        """Reserved by RFC 2606, and its own for each platform, since addresses are unique over all of them."""
        letters = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in sort_key(self.name))
        return f"{letters.strip('-') or 'platform'}.example.org"

    @property
    def addresses(self) -> list[tuple[str, str]]:
        """The sign-ins' roles and addresses."""
        return [(sign_in.role, f"{sign_in.name.mailbox}@{self.domain}") for sign_in in self.sign_ins[: self.users]]


def demo_platforms(name: str, users: int) -> list[DemoPlatform]:
    """The platform that was asked for, and its small neighbour, where locks last until somebody lifts them."""
    return [
        DemoPlatform(name, users, {"password_max_age_days": 90, "lockout_minutes": A_DAY}),
        DemoPlatform(
            f"{name} Secure",
            SECURE_USERS,
            {"mfa_required": True, "lockout_minutes": 0},
            sign_ins=(ADMINISTRATOR,),
            shown_first=(Case.WELL, Case.LOCKED, Case.INVITED),
        ),
    ]
