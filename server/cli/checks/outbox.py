"""Whether mails leave."""

from datetime import datetime, timedelta

from models.mail import Mail, MailState
from server.cli.checks.finding import Finding
from services.mail.outbox import WITHDRAWN

LONG = timedelta(minutes=30)


async def check_outbox(now: datetime) -> Finding:
    """Not fine once a mail has waited longer than two tries are apart. Failed mails are no fault of the server."""
    queued = Mail.filter(state=MailState.QUEUED.value)
    failed = await Mail.filter(state=MailState.FAILED.value).exclude(last_error=WITHDRAWN).count()
    oldest = await queued.order_by("created_at").first()
    says = f"{await queued.count()} queued, {failed} failed"
    if oldest is None:
        return Finding("outbox", says)
    age = now - oldest.created_at
    says += f", the oldest queued {int(age.total_seconds() // 60)} min ago"
    if age <= LONG:
        return Finding("outbox", says)
    reason = f" and its last error was: {oldest.last_error}" if oldest.last_error else ""
    return Finding("outbox", f"{says}{reason}: is `rollcall serve` running, and the mail server well?", fine=False)
