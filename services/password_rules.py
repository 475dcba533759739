"""Which passwords are good enough."""

import unicodedata

from models.user import User
from services.refusals import PasswordRejected

LONGEST = 128


def require_good_password(password: str, user: User) -> None:
    """Raises PasswordRejected with the reason. Length counts code points after NFC; there are no composition rules."""
    length = len(unicodedata.normalize("NFC", password[: 4 * LONGEST + 1]))
    shortest = user.platform.password_min_length
    if length < shortest:
        raise PasswordRejected(f"A password needs at least {shortest} characters.", field="password")
    if length > LONGEST:
        raise PasswordRejected(f"A password may have at most {LONGEST} characters.", field="password")
