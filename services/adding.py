"""Adding a user: the row, the invitation, its mail and the audit event come into being together, or not at all."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models.audit_event import Change
from models.keys import key_of_typed_email
from models.role import Permission, Role
from models.text import clean_text
from models.user import SearchWord, User
from services import validation
from services.actor import Actor
from services.audit import guarded, record
from services.email_addresses import email_address
from services.idempotency import claim, fulfil, input_hash, remembered
from services.invitations import invite
from services.locks import lock_actor
from services.phone_numbers import phone_number
from services.policy import assignable, require
from services.refusals import EmailTaken, Invalid, NotFound, RoleNotAssignable
from services.vault import Vault
from services.visibility import signing_in_as, visible_to

CheckEmail = Callable[[str], str]


@dataclass(frozen=True)
class NewUser:
    """What is asked for, as typed. `role_id` None: no role has the id that was given."""

    first_name: str
    last_name: str
    email: str
    role_id: UUID | None
    phone_number: str | None = None
    timezone: str | None = None


@dataclass(frozen=True)
class _Checked:
    first_name: str
    last_name: str
    email: str
    role: Role
    phone_number: str | None
    timezone: str


async def add_user(
    actor: Actor,
    new: NewUser,
    *,
    now: datetime,
    vault: Vault,
    special_domains: Collection[str] = (),
    idempotency_key: str | None = None,
) -> User:
    """Adds an invited user. Raises Forbidden, all faults of the input at once, or IdempotencyMismatch.

    `special_domains`: reserved top-level domains whose addresses are accepted.
    """
    check_email = partial(email_address, special_domains=special_domains)
    async with guarded(actor, "user.added", now=now):
        require(actor, Permission.USERS_ADD)
        if idempotency_key is not None:
            return await _add_once(actor, new, check_email, idempotency_key, now=now, vault=vault)
        async with in_transaction():
            return await _insert(await _adding(actor), new, check_email, now=now, vault=vault)


async def _add_once(
    actor: Actor, new: NewUser, check_email: CheckEmail, key: str, *, now: datetime, vault: Vault
) -> User:
    key = await _checked_key(actor, new, check_email, key)
    hashes = _input_hashes(new)
    if first := await remembered(actor, key, hashes, now):
        return await _first_answer(actor, first)
    try:
        async with in_transaction():
            actor = await _adding(actor)
            record = await claim(actor, key, hashes[0], now)
            user = await _insert(actor, new, check_email, now=now, vault=vault)
            await fulfil(record, user.id)
            return user
    except IntegrityError:
        first = await remembered(actor, key, hashes, now)
        if first is None:
            raise EmailTaken(field="email") from None
        return await _first_answer(actor, first)


def _input_hashes(new: NewUser) -> tuple[str, str]:
    """The hash of the input as it is looked up and stored; and of the input as typed, which version 0.1 stored."""
    typed = asdict(new)
    cleaned = {name: clean_text(value) if isinstance(value, str) else value for name, value in typed.items()}
    return input_hash(cleaned | {"email": key_of_typed_email(new.email) or new.email}), input_hash(typed)


async def _checked_key(actor: Actor, new: NewUser, check_email: CheckEmail, key: str) -> str:
    faults = validation.Faults()
    checked = faults.check("idempotency_key", validation.idempotency_key, key)
    if checked is None:
        await _check(actor, new, check_email, faults)
    assert checked is not None
    return checked


async def _first_answer(actor: Actor, user_id: UUID) -> User:
    user = await visible_to(actor).filter(id=user_id).first()
    if user is None:
        raise NotFound("The user that this key added is gone.", field="idempotency_key")
    return user


async def _adding(actor: Actor) -> Actor:
    """The actor as of now, locked for this transaction. Raises Forbidden."""
    actor, _ = await lock_actor(actor)
    require(actor, Permission.USERS_ADD)
    return actor


async def _check(
    actor: Actor, new: NewUser, check_email: CheckEmail, faults: validation.Faults | None = None
) -> _Checked:
    """Raises all faults of the input at once, with those found before."""
    faults = faults or validation.Faults()
    first_name = faults.check("first_name", validation.name, new.first_name)
    last_name = faults.check("last_name", validation.name, new.last_name)
    email = faults.check("email", check_email, new.email)
    phone = None if new.phone_number is None else faults.check("phone_number", phone_number, new.phone_number)
    zone = actor.platform.timezone if new.timezone is None else new.timezone
    timezone = faults.check("timezone", validation.time_zone, zone)
    roles = Role.filter(id=new.role_id, platform_id=actor.user.platform_id)
    role = await roles.select_for_update(no_key=True).first() if new.role_id else None
    if role is None:
        faults.add(Invalid("There is no such role.", field="role_id"))
    elif not assignable(actor, role):
        faults.add(RoleNotAssignable(field="role_id"))
    if email is not None and await signing_in_as(email).exists():
        faults.add(EmailTaken(field="email"))
    faults.raise_any()
    assert first_name and last_name and email and role and timezone
    return _Checked(first_name, last_name, email, role, phone, timezone)


async def _insert(actor: Actor, new: NewUser, check_email: CheckEmail, *, now: datetime, vault: Vault) -> User:
    checked = await _check(actor, new, check_email)
    user = User.named(
        checked.first_name,
        checked.last_name,
        checked.email,
        id=uuid4(),
        platform_id=actor.user.platform_id,
        role_id=checked.role.id,
        phone_number=checked.phone_number,
        timezone=checked.timezone,
        created_at=now,
        updated_at=now,
    )
    try:
        async with in_transaction():
            await user.save()
    except IntegrityError:
        raise EmailTaken(field="email") from None
    await index_words(user)
    await invite(user, actor, now=now, vault=vault)
    await record(actor, "user.added", user, now=now, changes=_first_facts(user, checked.role))
    return user


async def index_words(user: User) -> None:
    """Writes the words by which `filter.text` finds the user, in the caller's transaction."""
    await SearchWord.filter(user_id=user.id).delete()
    await SearchWord.bulk_create(
        [SearchWord(platform_id=user.platform_id, user_id=user.id, word=word) for word in sorted(user.search_words())]
    )


def _first_facts(user: User, role: Role) -> list[Change]:
    facts = {"firstName": user.first_name, "lastName": user.last_name, "email": user.email, "role": role.name}
    return [Change(field=field, before=None, after=value) for field, value in facts.items()]
