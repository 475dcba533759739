"""An open invitation, and how its mail fares."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import strawberry

import models.invitation
from models.mail import Mail
from schema.context import Info
from schema.enums import MailState
from schema.users.people import person

if TYPE_CHECKING:
    from schema.users.types import User


WITHDRAWN = "Withdrawn before it was sent, for its link had ended."


@strawberry.type(description="How a mail fares.")
class EmailDelivery:
    state: MailState = strawberry.field(description="How far it has come.")
    attempts: int = strawberry.field(description="How often the mail server was tried.")
    last_error: str | None = strawberry.field(description="The mail server's last refusal.")
    sent_at: datetime | None = strawberry.field(description="When the mail server accepted it.")


@strawberry.type(description="The invitation of a user whose set-up is not completed.")
class Invitation:
    row: strawberry.Private[models.invitation.Invitation]
    sent_at: datetime = strawberry.field(description="When the latest link was made.")
    expires_at: datetime = strawberry.field(description="When the latest link stops working, or stopped.")
    expired: bool = strawberry.field(description="Whether a new link is needed.")
    times_sent: int = strawberry.field(description="How many links were made.")

    @strawberry.field(
        description="Null where the inviter's account is gone. Null, and a FORBIDDEN error, for another user without "
        "USERS_READ."
    )
    async def invited_by(self, info: Info) -> Annotated["User", strawberry.lazy("schema.users.types")] | None:
        return cast("User | None", await person(info, self.row.invited_by_id))

    @strawberry.field(description="How the latest invitation e-mail fares.")
    def delivery(self) -> EmailDelivery:
        return _delivery(self.row.mail)


def _delivery(mail: Mail | None) -> EmailDelivery:
    if mail is None:
        return EmailDelivery(state=MailState.FAILED, attempts=0, last_error=WITHDRAWN, sent_at=None)
    return EmailDelivery(
        state=MailState(mail.state), attempts=mail.attempts, last_error=mail.last_error, sent_at=mail.sent_at
    )


def invitation(row: models.invitation.Invitation | None, now: datetime) -> Invitation | None:
    if row is None:
        return None
    return Invitation(
        row=row,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        expired=row.expired(now),
        times_sent=row.times_sent,
    )
