"""A mail of each kind, as the outbox holds it."""

from uuid import UUID

from models.mail import Mail, MailKind
from services.mail.kinds import FACTS, LINKS
from services.vault import Vault
from tests.services.mail.outbox_user import NOON, TOKEN

ID = UUID("11111111-2222-3333-4444-555555555555")
EXAMPLES = {
    "inviter": "Charles Babbage",
    "expires_at": "2026-11-25 12:00 UTC",
    "ends_at": "2026-11-22 12:15 UTC",
    "old_email": "old@example.org",
    "new_email": "new@example.org",
    "left": "7",
    "role": "Support",
}


def queued(kind: MailKind, vault: Vault, recipient: str = "ada@example.org", **facts: str) -> Mail:
    known = {"first_name": "Ada", "full_name": "Ada Lovelace", "platform": "Analytical Engines"}
    examples = {name: EXAMPLES[name] for name in FACTS[kind]}
    return Mail(
        id=ID,
        kind=kind.value,
        recipient=recipient,
        facts={**known, **examples, **facts},
        sealed_token=vault.seal(TOKEN) if kind in LINKS else None,
        created_at=NOON,
        due_at=NOON,
    )
