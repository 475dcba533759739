"""Editing a user: names, phone and time zone; the address and the role each apart."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models.keys import email_key
from models.mail import MailKind
from models.role import Role
from models.status import UserStatus, status_of
from models.user import User
from services import phone_numbers, validation
from services.actor import Actor
from services.adding import index_words
from services.changing import Editing, changing
from services.email_addresses import email_address
from services.given import UNSET, Given, Unset
from services.invitations import invite
from services.mail.outbox import enqueue
from services.policy import UserAction, require_assignable
from services.refusals import EmailTaken, Invalid
from services.resets import kill_reset
from services.setting_password import forget_set_up
from services.vault import Vault
from services.visibility import signing_in_as


async def edit_user(
    actor: Actor,
    user_id: UUID,
    *,
    now: datetime,
    first_name: Given = UNSET,
    last_name: Given = UNSET,
    phone_number: Given = UNSET,
    timezone: Given = UNSET,
    expected_version: int | None = None,
) -> User:
    """Changes what is given, leaves what is not, clears what is None (the phone; the time zone goes to the platform's).

    Raises Invalid for each faulty field at once, and what `changing` raises.
    """
    async with changing(
        actor, user_id, UserAction.EDIT, "user.edited", now=now, expected_version=expected_version
    ) as editing:
        user = editing.user
        values = _checked(
            first_name=(first_name, _required(validation.name)),
            last_name=(last_name, _required(validation.name)),
            phone_number=(phone_number, _clearable(phone_numbers.phone_number, None)),
            timezone=(timezone, _clearable(validation.time_zone, actor.platform.timezone)),
        )
        words = user.search_words()
        user.rename(first_name=values.pop("first_name", None), last_name=values.pop("last_name", None))
        user.update_from_dict(values)
        if user.search_words() != words:
            await index_words(user)
    return editing.user


async def change_user_email(
    actor: Actor,
    user_id: UUID,
    email: str,
    *,
    now: datetime,
    vault: Vault,
    special_domains: Collection[str] = (),
    expected_version: int | None = None,
) -> User:
    """Changes the sign-in name. An invited user is invited anew; anybody else is told at both addresses."""
    async with changing(
        actor, user_id, UserAction.CHANGE_EMAIL, "user.email_changed", now=now, expected_version=expected_version
    ) as editing:
        user, old = editing.user, editing.user.email
        address = _address(email, special_domains)
        if address == old:
            return user
        await _take_address(user, address)
        await index_words(user)
        if user.activated_at is None:
            await forget_set_up(user)
        await _notify(editing, old, now=now, vault=vault)
    return editing.user


async def change_user_role(
    actor: Actor, user_id: UUID, role_id: UUID | None, *, now: datetime, expected_version: int | None = None
) -> User:
    """Gives the user another role; it counts from the next request on. `role_id` None: the id given was of no role."""
    async with changing(
        actor, user_id, UserAction.CHANGE_ROLE, "user.role_changed", now=now, expected_version=expected_version
    ) as editing:
        user = editing.user
        role = await Role.filter(id=role_id, platform_id=user.platform_id).first() if role_id else None
        if role is None:
            raise Invalid("There is no such role.", field="role_id")
        require_assignable(editing.actor, role)
        if role.id != user.role_id:
            editing.note("role", user.role.name, role.name)
            user.role_id = role.id
            facts = {"platform": actor.platform.name, "role": role.name}
            await enqueue(user, MailKind.ROLE_CHANGED, now=now, facts=facts)
    return editing.user


def _address(email: str, special_domains: Collection[str]) -> str:
    faults = validation.Faults()
    address = faults.check("email", partial(email_address, special_domains=special_domains), email)
    faults.raise_any()
    assert address is not None
    return address


async def _take_address(user: User, address: str) -> None:
    if email_key(address) != user.email_key and await signing_in_as(address).exists():
        raise EmailTaken(field="email")
    user.readdress(address)
    try:
        async with in_transaction():
            await user.save(update_fields=["email", "email_key"])
    except IntegrityError:
        raise EmailTaken(field="email") from None


async def _notify(editing: Editing, old: str, *, now: datetime, vault: Vault) -> None:
    """Invites an invited user at the new address; tells anybody else at both, and ends an open reset."""
    user = editing.user
    if status_of(user) is UserStatus.INVITED:
        await invite(user, editing.actor, now=now, vault=vault)
        return
    await kill_reset(user.id)
    facts = {"platform": editing.actor.platform.name, "old_email": old, "new_email": user.email}
    for recipient in (old, user.email):
        await enqueue(user, MailKind.ADDRESS_CHANGED, now=now, facts=facts, recipient=recipient)


def _checked(**fields: tuple[Given, Callable[[str | None], str | None]]) -> dict[str, Any]:
    faults = validation.Faults()
    values = {
        name: faults.check(name, check, value)
        for name, (value, check) in fields.items()
        if not isinstance(value, Unset)
    }
    faults.raise_any()
    return values


def _required(check: Callable[[str], str]) -> Callable[[str | None], str]:
    def checked(value: str | None) -> str:
        if value is None:
            raise Invalid("This cannot be cleared.")
        return check(value)

    return checked


def _clearable(check: Callable[[str], str], cleared: str | None) -> Callable[[str | None], str | None]:
    return lambda value: cleared if value is None else check(value)
