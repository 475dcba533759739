"""How many users each filter value would leave, the filter's own dimension left out."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from models.alerts import AlertType, alert_condition
from models.status import MFA_CONDITION, STATUS_CONDITIONS, UserStatus
from models.user import User
from services.actor import Actor
from services.directory import matching
from services.user_query import UserQuery

Value = TypeVar("Value")


INDEXED = "platform_id"
"""Counting a column that the indexes of lists have spares the database a look at the rows."""


async def count_by_status(actor: Actor, query: UserQuery, now: datetime) -> dict[UserStatus, int]:
    rows = await matching(actor, query.without("status"), now)
    return await _counted(rows, STATUS_CONDITIONS)


async def count_by_mfa(actor: Actor, query: UserQuery, now: datetime) -> dict[bool, int]:
    """Keys: whether MFA is enabled."""
    rows = await matching(actor, query.without("mfa_enabled"), now)
    return await _counted(rows, {True: MFA_CONDITION, False: ~MFA_CONDITION})


async def count_by_role(actor: Actor, query: UserQuery, now: datetime) -> dict[UUID, int]:
    """Roles that nobody has are left out."""
    rows = await matching(actor, query.without("role_ids"), now)
    counted = await rows.annotate(users=Count(INDEXED)).group_by("role_id").values_list("role_id", "users")
    return {UUID(str(role_id)): users for role_id, users in counted}


async def count_by_alert(actor: Actor, query: UserQuery, now: datetime) -> dict[AlertType, int]:
    rows = await matching(actor, query.without("alerts"), now)
    return {alert: await rows.filter(alert_condition(alert, actor.platform, now)).count() for alert in AlertType}


async def _counted(rows: QuerySet[User], conditions: dict[Value, Q]) -> dict[Value, int]:
    """How many rows meet each condition; all are counted in one pass."""
    names = {f"count_{number}": condition for number, condition in enumerate(conditions.values())}
    counts = {name: Count(INDEXED, _filter=condition) for name, condition in names.items()}
    (found,) = await rows.annotate(**counts).group_by(INDEXED).values_list(*counts) or [tuple(0 for _ in counts)]
    return dict(zip(conditions, found, strict=True))
