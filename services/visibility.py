"""The only ways to users: those of the actor's platform, or the one who signs in. A test keeps it so."""

from functools import cache
from uuid import UUID

from tortoise.queryset import QuerySet

from models.hydration import Columns, whole
from models.keys import key_of_typed_email
from models.status import NOBODY
from models.text import clean_text
from models.user import User
from services.actor import Actor

WHOLE = ("role", "platform", "invitation__mail")
"""What a user's computed fields read, loaded by joins in one statement."""


@cache
def everything() -> Columns:
    """The columns of a user with all of that."""
    return whole(User, *WHOLE)


def visible_to(actor: Actor) -> QuerySet[User]:
    """The users of the actor's platform: nobody else exists for the actor."""
    return users_of(actor.user.platform_id)


def users_of(platform_id: UUID) -> QuerySet[User]:
    return User.filter(platform_id=platform_id)


def signing_in_as(email: str) -> QuerySet[User]:
    """The account with this sign-in name, as typed, on whatever platform; for who is not signed in yet."""
    key = key_of_typed_email(clean_text(email))
    return User.filter(NOBODY) if key is None else User.filter(email_key=key)


def account(user_id: UUID) -> QuerySet[User]:
    """The account that holds a secret which the caller has already looked up."""
    return User.filter(id=user_id)


def everybody() -> QuerySet[User]:
    """All platforms: for the server's own work (locks that end, commands on the server)."""
    return User.all()
