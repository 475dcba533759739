"""What each kind of mail needs, and how long it is worth sending."""

from datetime import timedelta

from models.mail import MailKind

ALWAYS = ("first_name", "full_name", "platform")
"""Facts of every mail; `enqueue` takes them from the user where the caller does not give them."""

FACTS: dict[MailKind, tuple[str, ...]] = {
    MailKind.INVITATION: ("inviter", "expires_at"),
    MailKind.PASSWORD_RESET: ("expires_at",),
    MailKind.PASSWORD_CHANGED: (),
    MailKind.ADDRESS_CHANGED: ("old_email", "new_email"),
    MailKind.MFA_ENABLED: (),
    MailKind.MFA_DISABLED: (),
    MailKind.RECOVERY_CODE_USED: ("left",),
    MailKind.ACCOUNT_LOCKED: ("ends_at",),
    MailKind.ROLE_CHANGED: ("role",),
}
"""Facts that the caller gives. An empty `inviter` is nobody in particular, an empty `ends_at` no end by itself."""

LINKS: dict[MailKind, str] = {
    MailKind.INVITATION: "accept-invitation",
    MailKind.PASSWORD_RESET: "reset-password",
}
"""Kinds that carry a one-time link, and its path in the frontend."""

OURS = frozenset({"expires_at", "ends_at", "left"})
"""Facts that the server words itself, ready for a reader."""

ADDRESSES = frozenset({"old_email", "new_email"})

LIFETIME = timedelta(hours=24)

LIFETIMES: dict[str, timedelta] = {MailKind.PASSWORD_RESET: timedelta(hours=1)}
"""Mails that are useless before `LIFETIME` is over: the link inside has run out."""


def lifetime(kind: str) -> timedelta:
    """How long after it was queued a mail is still tried."""
    return LIFETIMES.get(kind, LIFETIME)
