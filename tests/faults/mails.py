"""Mails that come twice: SMTP knows no exactly-once, but without a crash between there is no reason for it."""

from collections.abc import Sequence

from tests.services.mail.smtp_server import Received

MARKING_SECONDS = 1.0
"""A mail that arrives so shortly before the database goes may not have been marked as sent."""


def came_again(
    received: Sequence[Received], crashes: Sequence[tuple[float, float]]
) -> tuple[list[Received], list[Received]]:
    """The mails that had come before: those whose mark a crash may have cost, and those that came for no reason.

    `received` is in the order of arrival; `crashes` are spans of the same clock.
    """
    before: dict[str, float] = {}
    explained: list[Received] = []
    for_nothing: list[Received] = []
    for mail in received:
        if mail.mail_id in before:
            at = before[mail.mail_id]
            lost = any(begin - MARKING_SECONDS <= at <= end for begin, end in crashes)
            (explained if lost else for_nothing).append(mail)
        before[mail.mail_id] = mail.at
    return explained, for_nothing
