"""Alerts, and what the viewer may do about them."""

from datetime import datetime

import strawberry

from models.user import User
from schema.context import Context
from schema.enums import AlertSeverity, AlertType, ErrorCode, UserAction
from services.policy import UserState, is_applicable, may_see_sessions, refusal_for


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
    state: strawberry.Private[UserState]
    allowed: bool = strawberry.field(description="Whether the mutation would be done.")

    @strawberry.field(
        description="Whether the user's current state gives the action something to do: ENABLE for disabled users, "
        "DISABLE for the others, UNLOCK for locked ones, RESET_MFA for users with a second factor, REVOKE_SESSIONS for "
        "users with sessions, RESEND_INVITATION for invited ones, SEND_PASSWORD_RESET for active ones. Menus show "
        "actions that are both allowed and applicable. REVOKE_SESSIONS is never applicable for viewers who may not "
        "read the user's `sessions`."
    )
    def applicable(self) -> bool:
        return is_applicable(self.action, self.state)

    code: ErrorCode | None = strawberry.field(description="Why not, for programs; null when allowed.")
    message: str | None = strawberry.field(description="Why not, in a sentence for people; null when allowed.")


async def viewer_actions(user: User, context: Context, *, with_sessions: bool) -> list[ViewerAction]:
    """Every action in the order of the enum, by the same rules that guard the mutations.

    `with_sessions`: looks up whether the user has live sessions, which `applicable` needs to know.
    """
    actor, sole = context.signed_in, await context.sole_administrator()
    looks_up = with_sessions and may_see_sessions(actor, user.id)
    has_sessions = await context.has_live_sessions.load(user.id) if looks_up else False
    state = UserState(user, actor.platform, context.now, has_sessions)
    refusals = {action: refusal_for(actor, action, user, sole) for action in UserAction}
    return [
        ViewerAction(
            action=action,
            state=state,
            allowed=refusal is None,
            code=refusal.code if refusal else None,
            message=refusal.message if refusal else None,
        )
        for action, refusal in refusals.items()
    ]
