"""What holds after every change, whoever else was changing things meanwhile: one statement, which finds nothing."""

from datetime import datetime

from tortoise import connections

from models.role import ADMINISTERS
from models.status import STATUS_CONDITIONS, UserStatus

ACTIVE = "users.disabled_at IS NULL AND users.activated_at IS NOT NULL"
INVITED = "users.disabled_at IS NULL AND users.activated_at IS NULL"
MAY = " AND ".join(f"CAST(roles.permissions AS TEXT) LIKE '%\"{permission}\"%'" for permission in sorted(ADMINISTERS))
VERSIONED = """
    'user.edited', 'user.email_changed', 'user.role_changed', 'user.disabled', 'user.enabled', 'user.invitation_resent',
    'user.password_reset_sent', 'user.mfa_reset', 'user.mfa_enabled', 'user.mfa_disabled', 'user.sessions_revoked',
    'user.password_changed', 'user.activated', 'invitation.accepted'
"""
"""Events of changes that raise a user's version; an unlock does so where a person did it."""

STATEMENT = f"""
SELECT 'an invited user has neither a live link nor a dead invitation that says so' AS broken, users.id AS id
FROM users LEFT JOIN invitations ON invitations.user_id = users.id
WHERE {INVITED} AND users.password_hash IS NULL
AND (invitations.id IS NULL OR (invitations.token_hash IS NULL AND invitations.expires_at > NOW_))
UNION ALL
SELECT 'an active user still has an invitation', users.id
FROM users JOIN invitations ON invitations.user_id = users.id WHERE {ACTIVE}
UNION ALL
SELECT 'a disabled user still has a live link', users.id
FROM users JOIN invitations ON invitations.user_id = users.id
WHERE users.disabled_at IS NOT NULL AND invitations.token_hash IS NOT NULL
UNION ALL
SELECT 'a user who is not active has a session', users.id
FROM users JOIN sessions ON sessions.user_id = users.id WHERE NOT ({ACTIVE})
UNION ALL
SELECT 'a platform has no active administrator', platforms.id FROM platforms WHERE NOT EXISTS (
    SELECT 1 FROM users JOIN roles ON roles.id = users.role_id
    WHERE users.platform_id = platforms.id AND {ACTIVE} AND {MAY})
UNION ALL
SELECT 'a user was changed more or less often than events say', users.id FROM users
WHERE users.version - 1 <> (SELECT COUNT(*) FROM audit_events WHERE audit_events.target_id = users.id AND (
    audit_events.type IN ({VERSIONED})
    OR (audit_events.type = 'user.unlocked' AND audit_events.actor_id IS NOT NULL)))
UNION ALL
SELECT 'a mail with a dead invitation is still queued', mails.id FROM mails
LEFT JOIN invitations ON invitations.mail_id = mails.id AND invitations.token_hash IS NOT NULL
WHERE mails.kind = 'invitation' AND mails.state = 'QUEUED' AND invitations.id IS NULL
UNION ALL
SELECT 'a mail with a dead reset link is still queued', mails.id FROM mails
LEFT JOIN password_resets ON password_resets.user_id = mails.user_id
WHERE mails.kind = 'password_reset' AND mails.state = 'QUEUED' AND password_resets.id IS NULL
"""


async def broken_invariants(now: datetime) -> list[str]:
    """Which rows break a rule, in words; empty: none does."""
    assert set(STATUS_CONDITIONS) == {UserStatus.ACTIVE, UserStatus.INVITED, UserStatus.INACTIVE}
    database = connections.get("default")
    place = {"postgres": "$1", "sqlite": "?1"}[database.capabilities.dialect]
    found = await database.execute_query_dict(STATEMENT.replace("NOW_", place), [now])
    return [f"{row['broken']}: {row['id']}" for row in found]
