"""Who the demo users are: as many different people as are asked for, without remembering those already invented."""

import re
from dataclasses import dataclass
from itertools import product
from random import Random

from models.keys import sort_key, words
from services.demo.countries import COUNTRIES, Country

HAVE_A_PHONE = 0.8


@dataclass(frozen=True, slots=True)
class Name:
    """A first and a last name, with what follows from them."""

    first: str
    last: str
    first_key: str
    last_key: str
    words: frozenset[str]
    mailbox: str
    country: Country


def name_of(first: str, last: str, mailbox: str, country: Country) -> Name:
    return Name(first, last, sort_key(first), sort_key(last), frozenset(words(first, last)), mailbox, country)


def _names_of(country: Country) -> list[Name]:
    firsts, lasts = country.first_names.split(","), country.last_names.split(",")
    return [
        name_of(first.partition("=")[0], last.partition("=")[0], f"{_mailbox(first)}.{_mailbox(last)}", country)
        for first, last in product(firsts, lasts)
    ]


def _mailbox(name: str) -> str:
    """`Müller=mueller` is mueller, `O'Brien` obrien, `García Márquez` garcia-marquez."""
    shown, _, given = name.partition("=")
    return given or re.sub(r"\W+", "-", sort_key(shown).replace("'", ""))


NAMES: tuple[Name, ...] = tuple(name for country in COUNTRIES for name in _names_of(country))
STRIDE = 1009
"""A prime that does not divide the number of names: its multiples meet every name before one comes again."""


def name_at(position: int) -> tuple[Name, str]:
    """The name of the nth user and the mailbox, which is that user's alone: a number tells namesakes apart."""
    turn, place = divmod(position, len(NAMES))
    name = NAMES[place * STRIDE % len(NAMES)]
    return name, f"{name.mailbox}{turn + 1}" if turn else name.mailbox


def phone_of(country: Country, chance: Random) -> str | None:
    """E.164, or nothing."""
    if chance.random() >= HAVE_A_PHONE:
        return None
    return f"{country.phone}{chance.randrange(10**country.digits):0{country.digits}d}"
