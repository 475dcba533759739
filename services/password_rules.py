"""Which passwords are good enough: long, not among the commonest, not made of what everybody knows of the person.

NIST SP 800-63B-4, 3.1.1.2: length counts, composition rules do not exist, and the reason of a refusal is said.
"""

import re
import unicodedata
from functools import cache

from models.keys import sort_key, words
from models.user import User
from services.passwords import LONGEST_TYPED
from services.refusals import PasswordRejected

LONGEST = 128
PRODUCT = "rollcall"
LEFT_OVER = 4
"""Letters that must remain at least, once the words that everybody knows are taken away."""


def require_good_password(password: str, user: User, *, field: str = "password") -> None:
    """Raises PasswordRejected. Length counts code points after NFC. `user` has the platform loaded."""
    length = len(unicodedata.normalize("NFC", password)) if len(password) <= LONGEST_TYPED else len(password)
    shortest = user.platform.password_min_length
    if length < shortest:
        raise PasswordRejected(f"A password needs at least {shortest} characters.", field=field)
    if length > LONGEST:
        raise PasswordRejected(f"A password may have at most {LONGEST} characters.", field=field)
    if _is_common(password):
        raise PasswordRejected("This is one of the commonest passwords.", field=field)
    if _is_made_of(password, words(user.first_name, user.last_name, user.email, user.platform.name, PRODUCT)):
        raise PasswordRejected("This is made of your name, your address or the platform's name.", field=field)


def _is_common(password: str) -> bool:
    """Also when a common one is only repeated, spaced out or written in capitals."""
    plain = re.sub(r"\s", "", password.casefold())
    shortest_period = next((n for n in range(1, len(plain) + 1) if plain == (plain[:n] * len(plain))[: len(plain)]), 0)
    return plain in _commonest() or plain[:shortest_period] in _commonest() or shortest_period <= 3


def _is_made_of(password: str, known: set[str]) -> bool:
    rest = letters = _letters(password)
    for word in sorted(known, key=len, reverse=True):
        if len(word) > 2:
            rest = rest.replace(word, "")
    return rest != letters and (len(rest) < LEFT_OVER or (rest.isdecimal() and len(rest) <= 2 * LEFT_OVER))


def _letters(password: str) -> str:
    """Letters and digits in the form that `words` has."""
    return "".join(re.findall(r"[^\W_]+", sort_key(password)))


@cache
def _commonest() -> frozenset[str]:
    """30 000 passwords, read when the first one is set."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
