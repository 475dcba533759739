"""How many users each filter value would leave, the filter's own dimension left out."""

from datetime import datetime
from uuid import UUID

from tortoise.functions import Count

from models.alerts import AlertType, alert_condition
from models.status import MFA_CONDITION, STATUS_CONDITIONS, UserStatus
from services.actor import Actor
from services.directory import matching
from services.user_query import UserQuery


async def count_by_status(actor: Actor, query: UserQuery, now: datetime) -> dict[UserStatus, int]:
    rows = await matching(actor, query.without("status"), now)
    return {status: await rows.filter(condition).count() for status, condition in STATUS_CONDITIONS.items()}


async def count_by_mfa(actor: Actor, query: UserQuery, now: datetime) -> dict[bool, int]:
    """Keys: whether MFA is enabled."""
    rows = await matching(actor, query.without("mfa_enabled"), now)
    return {True: await rows.filter(MFA_CONDITION).count(), False: await rows.filter(~MFA_CONDITION).count()}


async def count_by_role(actor: Actor, query: UserQuery, now: datetime) -> dict[UUID, int]:
    """Roles that nobody has are left out."""
    rows = await matching(actor, query.without("role_ids"), now)
    counted = await rows.annotate(users=Count("id")).group_by("role_id").values_list("role_id", "users")
    return {UUID(str(role_id)): users for role_id, users in counted}


async def count_by_alert(actor: Actor, query: UserQuery, now: datetime) -> dict[AlertType, int]:
    rows = await matching(actor, query.without("alerts"), now)
    return {alert: await rows.filter(alert_condition(alert, actor.platform, now)).count() for alert in AlertType}
