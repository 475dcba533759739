"""The roles of a platform: read by everybody, changed by who may grant what they grant."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.functions import Count
from tortoise.transactions import in_transaction

from models.audit_event import Change
from models.keys import sort_key
from models.role import Permission, Role
from services import validation
from services.actor import Actor
from services.audit import guarded, record
from services.locks import lock_actor, lock_platform
from services.policy import administrators_remain, assignable, require
from services.refusals import Invalid, LastAdministrator, NotFound, RoleInUse, RoleNotAssignable
from services.visibility import users_of

MOST_ROLES = 100
"""Of one platform, so that lists of roles have an end."""


async def list_roles(actor: Actor) -> list[Role]:
    """The roles of the actor's platform, by name."""
    return await Role.filter(platform_id=actor.user.platform_id).order_by("name_key", "id")


async def find_role(actor: Actor, role_id: UUID) -> Role | None:
    return await Role.filter(platform_id=actor.user.platform_id, id=role_id).first()


async def users_by_role(platform_id: UUID) -> dict[UUID, int]:
    """How many users have each role; roles that nobody has are left out."""
    counted = (
        await users_of(platform_id).annotate(users=Count("id")).group_by("role_id").values_list("role_id", "users")
    )
    return {UUID(str(role_id)): users for role_id, users in counted}


async def add_role(
    actor: Actor, name: str, permissions: Iterable[Permission], *, description: str | None = None, now: datetime
) -> Role:
    """Raises Forbidden, Invalid for each faulty field, RoleNotAssignable for a permission that the actor lacks.

    Also Invalid where the platform has MOST_ROLES.
    """
    async with guarded(actor, "role.added", now=now), in_transaction():
        actor = await _managing(actor)
        if await Role.filter(platform_id=actor.user.platform_id).count() >= MOST_ROLES:
            raise Invalid(f"A platform has {MOST_ROLES} roles at most.")
        role = Role(id=uuid4(), platform_id=actor.user.platform_id, created_at=now)
        _apply(actor, role, name=name, description=description or "", permissions=permissions)
        await _save(role, None)
        await record(actor, "role.added", None, now=now, changes=_changes(None, _facts(role)))
    return role


async def edit_role(
    actor: Actor,
    role_id: UUID,
    *,
    name: str | None = None,
    description: str | None = None,
    permissions: Iterable[Permission] | None = None,
    now: datetime,
) -> Role:
    """Changes what is given; a change of permissions counts from the next request on.

    Raises what `add_role` does, NotFound, RoleInUse for built-in roles, LastAdministrator.
    """
    async with guarded(actor, "role.edited", now=now) as about, in_transaction():
        actor, role = await _locked(actor, role_id, about)
        before, key, administered = _facts(role), role.name_key, role.administers
        _apply(actor, role, name=name, description=description, permissions=permissions)
        changes = _changes(before, _facts(role))
        if changes:
            await _save(role, key)
            if administered and not await administrators_remain(actor.user.platform_id):
                raise LastAdministrator(field="permissions")
            await record(actor, "role.edited", None, now=now, changes=changes)
    return role


async def delete_role(actor: Actor, role_id: UUID, *, now: datetime) -> UUID:
    """Raises RoleInUse while a user has it, and for built-in roles."""
    async with guarded(actor, "role.deleted", now=now) as about, in_transaction():
        actor, role = await _locked(actor, role_id, about)
        if await users_of(role.platform_id).filter(role_id=role.id).exists():
            raise RoleInUse(field="id")
        await role.delete()
        await record(actor, "role.deleted", None, now=now, changes=_changes(_facts(role), None))
    return role_id


async def _managing(actor: Actor) -> Actor:
    """The actor as of now; the platform's row is locked first, as in every change of administration."""
    require(actor, Permission.ROLES_MANAGE)
    await lock_platform(actor)
    actor, _ = await lock_actor(actor)
    require(actor, Permission.ROLES_MANAGE)
    return actor


async def _locked(actor: Actor, role_id: UUID, about: list[Change]) -> tuple[Actor, Role]:
    """The actor as of now and the role, locked against new holders too. An attempt is `about` the role from here on."""
    actor = await _managing(actor)
    role = await Role.filter(platform_id=actor.user.platform_id, id=role_id).select_for_update().first()
    if role is None:
        raise NotFound("There is no such role.", field="id")
    about.append(Change(field="role", before=role.name, after=role.name))
    if role.built_in:
        raise RoleInUse("Built-in roles can be neither changed nor deleted.", field="id")
    if not assignable(actor, role):
        raise RoleNotAssignable(field="id")
    return actor, role


def _apply(
    actor: Actor,
    role: Role,
    *,
    name: str | None,
    description: str | None,
    permissions: Iterable[Permission] | None,
) -> None:
    faults = validation.Faults()
    if name is not None:
        checked = faults.check("name", validation.name, name)
        role.name, role.name_key = checked or "", sort_key(checked or "")
    if description is not None:
        role.description = faults.check("description", validation.description, description) or ""
    if permissions is not None:
        granted = frozenset(permissions)
        role.permissions = [permission.value for permission in Permission if permission in granted]
        if not granted <= actor.permissions:
            faults.add(RoleNotAssignable("You do not hold all of these permissions yourself.", field="permissions"))
    faults.raise_any()


async def _save(role: Role, name_key: str | None) -> None:
    taken = Role.filter(platform_id=role.platform_id, name_key=role.name_key)
    if role.name_key != name_key and await taken.exists():
        raise Invalid("Another role has this name.", field="name")
    try:
        async with in_transaction():
            await role.save(force_create=name_key is None, force_update=name_key is not None)
    except IntegrityError:
        raise Invalid("Another role has this name.", field="name") from None


def _facts(role: Role) -> dict[str, str]:
    return {"role": role.name, "description": role.description, "permissions": " ".join(role.permissions)}


def _changes(before: dict[str, str] | None, after: dict[str, str] | None) -> list[Change]:
    """What differs, behind the role's name, which says which role it is about; nothing where nothing does."""
    changes = [
        Change(field=field, before=(before or {}).get(field), after=(after or {}).get(field))
        for field in (before or after or {})
        if field == "role" or (before or {}).get(field) != (after or {}).get(field)
    ]
    return changes if before != after else []
