"""Which passwords are good enough."""

import unicodedata

import pytest

from models.platform import Platform
from models.user import User
from services.password_rules import _commonest, require_good_password
from services.refusals import PasswordRejected
from tests.reference_work import measured


def person(shortest: int = 15, first_name: str = "Ada", last_name: str = "Lovelace") -> User:
    user = User.named(first_name, last_name, "countess.king@analytical.example")
    user.platform = Platform(name="Babbage & Sons", password_min_length=shortest)
    return user


def refused(password: str, user: User | None = None) -> str | None:
    try:
        require_good_password(password, user or person())
    except PasswordRejected as refusal:
        return refusal.message
    return None


@pytest.mark.parametrize("shortest", [15, 8])
@pytest.mark.parametrize("spell", ["NFC", "NFD"])
def test_length_counts_code_points_after_nfc(shortest: int, spell: str) -> None:
    long_enough = "ééàüñçôîêâäöïëù"[:shortest]
    assert len(long_enough) == shortest
    user = person(shortest)
    assert refused(unicodedata.normalize(spell, long_enough), user) is None
    too_short = unicodedata.normalize(spell, long_enough[1:])
    assert refused(too_short, user) == f"A password needs at least {shortest} characters."


def test_128_are_accepted_and_129_are_not() -> None:
    text = "".join(chr(0x4E00 + n) for n in range(129))
    assert refused(text[:128]) is None
    assert refused(text) == "A password may have at most 128 characters."


def test_four_code_points_may_be_one_letter_of_128() -> None:
    letters = "\u1f82" * 120 + "ghijklmn"
    assert len(unicodedata.normalize("NFD", letters)) == 488
    assert refused(unicodedata.normalize("NFD", letters)) is None


def test_a_megabyte_is_refused_cheaply() -> None:
    for text in ("a" * 1_000_000, "a" + "\u0301\u0323" * 500_000):
        with measured() as refusing:
            assert refused(text) == "A password may have at most 128 characters."
        assert refusing.pieces < 100


def test_the_list_of_the_commonest_has_thirty_thousand() -> None:
    assert len(_commonest()) >= 30_000 > 3_000


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "PASSWORDPASSWORD",
        "pass word pass word",
        "111111111111111",
        "abcabcabcabcabc",
        "qwertyuiopqwertyuiop",
        "123456789012345678901234567890",
    ],
)
def test_the_commonest_are_refused_repeated_spaced_and_in_capitals_too(password: str) -> None:
    assert refused(password) == "This is one of the commonest passwords."


@pytest.mark.parametrize(
    "password",
    [
        "Lovelace, Ada 1815",
        "adalovelaceadalovelace",
        "ÁDÁ  LÖVELACE  2026",
        "countess.king@analytical.example",
        "Babbage and Sons",
        "rollcall-rollcall",
        "Rollcall Babbage!",
        "babbage.lovelace.99999999",
    ],
)
def test_what_everybody_knows_of_the_person_is_no_password(password: str) -> None:
    assert refused(password) == "This is made of your name, your address or the platform's name."


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "lovelace met babbage at a party",
        "zzzzzzzzzzzzzzy&",
        "              a b c d e",
        "!#%&/()=?+*~^_.",
        "".join(chr(0x1F600 + n) for n in range(15)),
        "Пароль не для всех",
    ],
)
def test_there_are_no_rules_of_composition(password: str) -> None:
    assert refused(password) is None
