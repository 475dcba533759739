"""Alerts, and what the viewer may do about them."""

from datetime import datetime

import strawberry

from models.user import User
from schema.context import Context
from schema.enums import AlertSeverity, AlertType, ErrorCode, UserAction
from services.policy import refusal_for


@strawberry.type(description="Something about a user that needs attention.")
class Alert:
    type: AlertType = strawberry.field(description="What it is, for programs.")
    severity: AlertSeverity = strawberry.field(description="How pressing it is.")
    title: str = strawberry.field(description="A short label: `Security Locked Out`.")
    message: str = strawberry.field(description="One sentence on this case, for a tooltip.")
    action_required: str = strawberry.field(description="What has to be done about it.")
    since: datetime = strawberry.field(description="Since when it holds.")


@strawberry.type(description="A management action, and whether the viewer may take it on this user now.")
class ViewerAction:
    action: UserAction = strawberry.field(description="What could be done, as a button would name it.")
    allowed: bool = strawberry.field(description="Whether the mutation would be done.")
    code: ErrorCode | None = strawberry.field(description="Why not, for programs; null when allowed.")
    message: str | None = strawberry.field(description="Why not, in a sentence for people; null when allowed.")


async def viewer_actions(user: User, context: Context) -> list[ViewerAction]:
    """Every action in the order of the enum, by the same rules that guard the mutations."""
    actor, sole = context.signed_in, await context.sole_administrator()
    refusals = {action: refusal_for(actor, action, user, sole) for action in UserAction}
    return [
        ViewerAction(
            action=action,
            allowed=refusal is None,
            code=refusal.code if refusal else None,
            message=refusal.message if refusal else None,
        )
        for action, refusal in refusals.items()
    ]
